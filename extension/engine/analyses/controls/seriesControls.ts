import type { InspectRequest } from '../../../contract/calls.js';
import { GeometryError } from '../../../contract/errors.js';
import type { ControlEntry } from '../../../contract/report.js';
import { openEvaluator, type Evaluator } from '../../evaluation/evaluator.js';
import type { Accuracies } from '../../../contract/rankForAccuracy.js';
import { stepLengths } from '../../geometry/randomWalkNull.js';
import { modelOf } from '../../series/modelOf.js';
import { findSeries } from '../../series/source.js';
import { survey as surveySeries, type Survey } from '../../series/survey.js';
import { throwIfCancelled, type TaskStep } from '../../ground/work/tasks.js';
import type { RunAnalysis } from './analysis.js';
import { checkpointRows } from './checkpointRows.js';
import { earlyControl, randomControl, walkControl, type EndsInput } from './controls.js';
import { fittingCheckpoints, keptEvenly } from './memory.js';
import { scannedComponents } from './trajectoryPart.js';

/** The step before a phase begins. @throws GeometryError `cancelled` after the signal. */
const phase = (signal: AbortSignal, text: string, fraction: number): TaskStep => {
  throwIfCancelled(signal);
  return { text: `Controls: ${text}`, fraction };
};

/**
 * What the components of a trajectory are held against: those of a random walk of equal steps to the same end, those of
 * the run's beginning alone, and random directions; with the accuracy that each rebuilds.
 * @throws GeometryError `invalid-argument` where nobody has said which model this is, or there is no trajectory;
 * `invalid-descriptor` where the description does not fit the checkpoints; `too-large` where two of them do not fit into
 * memory; `cancelled`, and what reading and running the model throw.
 */
export async function* seriesControls(
  request: InspectRequest,
  signal: AbortSignal,
): AsyncGenerator<TaskStep, ControlEntry[]> {
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
    const fitting = fittingCheckpoints(evaluator.parameters.reduce((sum, { elements }) => sum + elements, 0));
    const kept = keptEvenly(source.entries.length, fitting).map((i) => source.entries[i]!);
    const survey = await surveySeries({ ...source, entries: kept }, signal);
    try {
      return yield* controlsOf(survey, evaluator, request.settings.seed, signal);
    } finally {
      await survey.pool.close();
    }
  } finally {
    await evaluator.dispose();
  }
}

async function* controlsOf(
  survey: Survey,
  evaluator: Evaluator,
  seed: number,
  signal: AbortSignal,
): AsyncGenerator<TaskStep, ControlEntry[]> {
  const fullRank = survey.checkpoints.length - 1;
  // The checkpoints are let go with this part.
  const { early, ends, lengths, baseline } = yield* ofCheckpoints(survey, evaluator, signal);
  yield phase(signal, 'random walk to the same end', 0.5);
  const input: EndsInput = { ...ends, evaluator, seed, signal };
  const walk = await walkControl(input, lengths, baseline, scannedComponents);
  yield phase(signal, 'random directions', 0.8);
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
}

interface OfCheckpoints {
  readonly early: RunAnalysis['controls']['early'];
  readonly ends: Pick<EndsInput, 'first' | 'change'>;
  readonly lengths: readonly number[];
  readonly baseline: Accuracies;
}

async function* ofCheckpoints(
  survey: Survey,
  evaluator: Evaluator,
  signal: AbortSignal,
): AsyncGenerator<TaskStep, OfCheckpoints> {
  yield phase(signal, 'reading checkpoints', 0);
  const rows = await checkpointRows(survey, evaluator.parameters, signal);
  const [baseline] = await evaluator.accuracies([rows.rows.at(-1)!], signal);
  yield phase(signal, 'components of the beginning', 0.3);
  const steps = survey.checkpoints.map(({ step }) => step);
  return {
    early: await earlyControl({ rows, steps, evaluator, signal }),
    ends: { first: rows.rows[0]!, change: rows.change },
    lengths: stepLengths(rows.gram),
    baseline: baseline!,
  };
}
