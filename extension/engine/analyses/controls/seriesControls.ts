import type { InspectRequest } from '../../../contract/calls.js';
import { GeometryError } from '../../../contract/errors.js';
import type { ControlEntry } from '../../../contract/report.js';
import { openEvaluator, type Evaluator } from '../../evaluation/evaluator.js';
import { modelOf } from '../../series/modelOf.js';
import { findSeries } from '../../series/source.js';
import { survey as surveySeries, type Survey } from '../../series/survey.js';
import { trainingRecord, type TrainingRecord } from '../../series/trainingRecord.js';
import { throwIfCancelled, type TaskStep } from '../../ground/work/tasks.js';
import type { RunAnalysis } from './analysis.js';
import { checkpointRows } from './checkpointRows.js';
import { earlyControl, randomControl, walkControl, type EndsInput } from './controls.js';
import { fittingCheckpoints, keptEvenly } from './memory.js';
import { scannedComponents } from './trajectoryPart.js';
import { walkedPaths } from './walkedPaths.js';

/**
 * The step before a phase begins.
 * @throws GeometryError `cancelled` after the signal.
 */
const phase = (signal: AbortSignal, text: string, fraction: number): TaskStep => {
  throwIfCancelled(signal);
  return { text: `Controls: ${text}`, fraction };
};

/** A series with a known model, as rows of weights; as many checkpoints as fit in memory. */
interface OpenedSeries {
  readonly survey: Survey;
  readonly evaluator: Evaluator;
  readonly training: TrainingRecord | undefined;
}

/**
 * @throws GeometryError `invalid-argument` without a model descriptor or a trajectory; `invalid-descriptor` if
 * the descriptor does not fit the checkpoints; `too-large` if two of them do not fit in memory; `cancelled`,
 * and errors of reading and running the model.
 */
async function* withSeries(
  request: InspectRequest,
  signal: AbortSignal,
  measure: (opened: OpenedSeries) => AsyncGenerator<TaskStep, ControlEntry[]>,
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
      return yield* measure({ survey, evaluator, training: await trainingRecord(source.root) });
    } finally {
      await survey.pool.close();
    }
  } finally {
    await evaluator.dispose();
  }
}

/**
 * Nulls that end where the run ends but are independent of its path: a random walk of the run's step lengths
 * and, if weights decay, decay plus a walk with the remaining steps. The end is rebuilt from their components,
 * with the accuracy at each rank. Empty without a path. Throws as opening the series does.
 *
 * @param begins shares of the work after which each of the two begins.
 */
export const seriesWalks = (
  request: InspectRequest,
  signal: AbortSignal,
  begins: readonly [number, number],
): AsyncGenerator<TaskStep, ControlEntry[]> =>
  withSeries(request, signal, async function* ({ survey, evaluator, training }) {
    const { seed } = request.settings;
    yield phase(signal, 'reading checkpoints', 0);
    const walked = await walkedOf(survey, evaluator, training, seed, signal);
    if (walked === undefined) return [];
    const { input, baseline, paths } = walked;
    const { walk, decayWalk } = paths;
    yield phase(signal, 'random walk to the same end', begins[0]);
    const common = { fullRank: walk.lengths.length, seed };
    const found: ControlEntry[] = [
      { kind: 'random-walk', ...common, ...(await walkControl(input, walk, baseline, scannedComponents)) },
    ];
    if (decayWalk === undefined) return found;
    yield phase(signal, 'decay and a walk to the same end', begins[1]);
    const { kept, origin } = decayWalk.decay;
    return [
      ...found,
      {
        ...{ kind: 'decay-walk', ...common, decay: { kept: kept.at(-1)!, origin } },
        ...(await walkControl(input, decayWalk, baseline, scannedComponents)),
      },
    ];
  });

/** Releases the checkpoints: the walks hold vectors that are as large together. */
const walkedOf = async (
  survey: Survey,
  evaluator: Evaluator,
  training: TrainingRecord | undefined,
  seed: number,
  signal: AbortSignal,
) => {
  const rows = await checkpointRows(survey, evaluator.parameters, signal);
  if (rows === undefined) return undefined;
  const [baseline] = await evaluator.accuracies([rows.rows.at(-1)!], signal);
  const input: EndsInput = { first: rows.rows[0]!, change: rows.change, evaluator, seed, signal };
  return { input, baseline: baseline!, paths: walkedPaths(rows, training) };
};

/** The end rebuilt from the components of the run's beginning alone, and from random directions. */
export const seriesControls = (
  request: InspectRequest,
  signal: AbortSignal,
): AsyncGenerator<TaskStep, ControlEntry[]> =>
  withSeries(request, signal, async function* ({ survey, evaluator }) {
    const { seed } = request.settings;
    // The checkpoints are released with this part.
    const { fullRank, early, ends } = yield* ofCheckpoints(survey, evaluator, signal);
    yield phase(signal, 'random directions', 0.7);
    const random = await randomControl({ ...ends, evaluator, seed, signal });
    return [
      ...early.map(({ lastStep, points }) => ({
        kind: 'early-components' as const,
        ...{ fullRank, lastStep, points },
      })),
      { kind: 'random-directions', fullRank, seed, points: random.points },
    ];
  });

interface OfCheckpoints {
  readonly fullRank: number;
  readonly early: RunAnalysis['controls']['early'];
  readonly ends: Pick<EndsInput, 'first' | 'change'>;
}

async function* ofCheckpoints(
  survey: Survey,
  evaluator: Evaluator,
  signal: AbortSignal,
): AsyncGenerator<TaskStep, OfCheckpoints> {
  yield phase(signal, 'reading checkpoints', 0);
  const rows = await checkpointRows(survey, evaluator.parameters, signal);
  if (rows === undefined) {
    throw new GeometryError('invalid-argument', 'Controls need two checkpoints that are finite and differ.');
  }
  yield phase(signal, 'components of the beginning', 0.3);
  return {
    fullRank: rows.rows.length - 1,
    early: await earlyControl({ rows, evaluator, signal }),
    ends: { first: rows.rows[0]!, change: rows.change },
  };
}
