import type { InspectRequest, Progress } from '../../contract/calls.js';
import { GeometryError } from '../../contract/errors.js';
import type { ControlEntry } from '../../contract/report.js';
import { openEvaluator } from '../evaluation/evaluator.js';
import { modelOf } from '../inspection/modelOf.js';
import { findSeries } from '../inspection/source.js';
import { survey as surveySeries } from '../inspection/survey.js';
import { throwIfCancelled } from '../inspection/tasks.js';
import { keptEvenly, mostCheckpoints, scannedComponents } from './analyseRun.js';
import { checkpointRows } from './checkpointRows.js';
import { earlyControl, randomControl, walkControl, type ControlsInput } from './controls.js';

export interface SeriesControlsOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** All weights of the checkpoints that are compared are held in memory at once. */
const mostBytes = 2 ** 30;

/**
 * What the components of a trajectory are held against: those of a random walk of equal steps to the same end, those of
 * the run's beginning alone, and random directions; with the accuracy that each rebuilds.
 * @throws GeometryError `invalid-argument` where nobody has said which model this is, or there is no trajectory;
 * `too-large` where two checkpoints do not fit into memory; `cancelled`, and what reading and running the model throw.
 */
export const seriesControls = async (
  request: InspectRequest,
  { signal, onProgress }: SeriesControlsOptions,
): Promise<ControlEntry[]> => {
  const say = (text: string, fraction: number): void => {
    throwIfCancelled(signal);
    onProgress({ text: `Controls: ${text}`, fraction });
  };
  const source = await findSeries(request.path, signal);
  const { descriptor } = await modelOf(request, source.root);
  if (descriptor === undefined || source.entries.length < 2) {
    throw new GeometryError(
      'invalid-argument',
      'Controls need a series of checkpoints, and a model description that lets the model be run.',
    );
  }
  const evaluator = await openEvaluator(descriptor.value);
  try {
    const bytes = evaluator.parameters.reduce(
      (sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1),
      0,
    );
    const fitting = Math.min(mostCheckpoints, Math.floor(mostBytes / bytes));
    if (fitting < 2) throw new GeometryError('too-large', 'The checkpoints do not fit into memory together.');
    const kept = keptEvenly(source.entries.length, fitting).map((i) => source.entries[i]!);
    say('reading checkpoints', 0);
    const survey = await surveySeries({ ...source, entries: kept }, signal);
    try {
      const rows = await checkpointRows(survey, evaluator.parameters);
      const steps = survey.checkpoints.map(({ step }) => step);
      const { seed } = request.settings;
      const input: ControlsInput = { rows, steps, evaluator, seed };
      const [baseline] = await evaluator.accuracies([rows.rows.at(-1)!]);
      const fullRank = steps.length - 1;
      say('random walk to the same end', 0.2);
      const walk = await walkControl(input, baseline!, scannedComponents);
      say('components of the beginning', 0.5);
      const early = await earlyControl(input);
      say('random directions', 0.8);
      const random = await randomControl(input);
      return [
        { kind: 'random-walk', fullRank, seed, points: walk.points },
        ...early.map(({ lastStep, points }) => ({
          kind: 'early-components' as const,
          fullRank,
          lastStep,
          points,
        })),
        { kind: 'random-directions', fullRank, seed, points: random.points },
      ];
    } finally {
      await survey.pool.close();
    }
  } finally {
    await evaluator.dispose();
  }
};
