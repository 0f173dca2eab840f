import type { TaskStep } from '../../ground/work/tasks.js';
import { inPhases } from '../../ground/work/phases.js';
import {
  evaluationMs,
  jointPaths,
  keepsStart,
  mixedMs,
  passMs,
  pathNullsMs,
  rankCount,
  shared,
} from '../expectedTime.js';
import { analysis, type AnalysisRun } from '../analysis.js';
import { trajectoryReconstruction } from '../reconstruction/reconstructions.js';
import { PassCollector } from './passCollector.js';
import { trajectoryPass } from './trajectoryPass.js';

type Sections = 'tensors' | 'checkpoints' | 'trajectories' | 'reconstructions';

/** Each byte is read once; what the pass gives is the trajectory and the sums of the tensors. */
export const trajectory = analysis({
  id: 'trajectory',
  summary: 'sums of the tensors; PCA of the path of the weights, and the final weights rebuilt from it',
  sections: ['tensors', 'checkpoints', 'trajectories', 'reconstructions'],
  needs: 'series',
  isDefault: true,
  topic: 'trajectory',
  weight: (run) => [
    { kind: 'paths', expected: pathsMs(run) },
    { kind: 'paths', expected: pathNullsMs(run, jointPaths) },
    shared('evaluations', rebuiltMs(run)),
  ],
  steps: collectedPass,
});

/** The pass over all bytes, then what needs all of it: the trajectory of everything and its reconstruction. */
async function* collectedPass(run: AnalysisRun<Sections>): AsyncGenerator<TaskStep, void> {
  const collector = new PassCollector(run.survey, run.settings, run.group, run.emit, run.training);
  yield* inPhases([
    { expected: pathsMs(run), steps: () => trajectoryPass(run.survey, collector) },
    { expected: pathNullsMs(run, jointPaths) + rebuiltMs(run), steps: () => pathsOf(run, collector) },
  ]);
}

async function* pathsOf(
  run: AnalysisRun<Sections>,
  collector: PassCollector,
): AsyncGenerator<TaskStep, void> {
  const nulls = pathNullsMs(run, jointPaths);
  const all = nulls + rebuiltMs(run);
  const uncentred = await collector.finish();
  yield { fraction: nulls / all, text: 'Trajectories and their nulls' };
  if (uncentred === undefined) return;
  for await (const { fraction, text } of trajectoryReconstruction(run, uncentred)) {
    yield { fraction: (nulls + fraction * (all - nulls)) / all, text };
  }
}

/** The pass, and the nulls of each matrix as soon as it has been read. */
function pathsMs(run: AnalysisRun): number {
  return passMs(run) + pathNullsMs(run, run.plan.matrices.length);
}

/** The path of the weights is rebuilt, and where they decay the path without that. */
function rebuiltMs(run: AnalysisRun): number {
  const { settings, survey, evaluationPairs } = run;
  if (evaluationPairs === undefined) return 1;
  const ranks = rankCount(settings.ranks, survey.checkpoints.length - 1);
  return (keepsStart(run) ? 1 : 2) * ranks * (evaluationMs(run) + mixedMs(run));
}
