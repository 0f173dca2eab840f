import type { WorkPart } from '../../ground/work/workClock.js';
import { analysis, type Analysis, type AnalysisRun } from '../analysis.js';
import { evaluationMs, keepsStart, mixedMs, shared } from '../expectedTime.js';
import { seriesControls, seriesWalks } from './seriesControls.js';
import { scannedComponents } from './trajectoryPart.js';

/** Limit on the numbers of all checkpoints for walks in every inspection: the model runs in seconds. */
const mostWalked = 4e7;

const common = {
  sections: ['controls'],
  needs: 'model',
  topic: 'reconstruction',
} as const satisfies Partial<Analysis>;

const isWalked = ({ request, survey, evaluate }: AnalysisRun): boolean =>
  evaluate !== undefined &&
  // A choice of tensors excludes analyses of the whole model.
  request.settings.tensors === undefined &&
  survey.parameters * survey.checkpoints.length <= mostWalked;

/** The rows of all checkpoints with their products; then the model at each rank, of one walk and where weights decay of another. */
const walkParts = (run: AnalysisRun): WorkPart[] => {
  const { survey } = run;
  const ranks = Math.min(scannedComponents, survey.checkpoints.length - 1);
  // A walk has its sums at hand: a mixture costs less than one of checkpoints.
  const one = shared('evaluations', ranks * (evaluationMs(run) + 0.4 * mixedMs(run)));
  return [
    { kind: 'walk-rows', expected: 150 + 1.3e-4 * survey.parameters * survey.checkpoints.length },
    ...(keepsStart(run) ? [one] : [one, one]),
  ];
};

/** Shares of the work before each walk. */
const walkBegins = (run: AnalysisRun): readonly [number, number] => {
  const [rows = 1, walk = 0, decayWalk = 0] = walkParts(run).map(({ expected }) => expected);
  const all = rows + walk + decayWalk;
  return [rows / all, (rows + walk) / all];
};

export const walks = analysis({
  ...common,
  id: 'walks',
  summary: 'the end of a small model rebuilt from a random walk to it, and from decay with a walk',
  isDefault: true,
  weight: (run) => (isWalked(run) ? walkParts(run) : []),
  steps: async function* (run) {
    if (!isWalked(run)) return;
    run.emit({ controls: yield* seriesWalks(run.request, run.signal, walkBegins(run)) });
  },
});

export const controls = analysis({
  ...common,
  id: 'controls',
  summary: 'the end rebuilt from early components, random directions, and walks where they are not there yet',
  isDefault: false,
  weight: ({ survey }) => 2e-3 * survey.parameters * survey.checkpoints.length,
  steps: async function* (run) {
    const { request, signal, emit, report } = run;
    emit({ controls: yield* seriesControls(request, signal) });
    if (report().controls.some(({ kind }) => kind === 'random-walk')) return;
    emit({ controls: yield* seriesWalks(request, signal, walkBegins(run)) });
  },
});
