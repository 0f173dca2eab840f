import * as v from 'valibot';
import { GeometryError } from '../../../contract/errors.js';
import type { ModeEntry, ModeMapEntry } from '../../../contract/report.js';
import { openModelSession, type ModelSession } from '../../evaluation/modelSession.js';
import { addToPlaces } from '../../geometry/attentionPlaces.js';
import {
  functionalMode,
  mean,
  onGrid,
  planePeaks,
  type FunctionalMode,
} from '../../geometry/modes/functionalMode.js';
import { cosine } from '../../geometry/updates/directions.js';
import { lengthOf } from '../../geometry/curvature/commutatorDefect.js';
import { partOf } from '../../ground/work/partOf.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { seriesRows } from '../../series/seriesRows.js';
import { analysis, type AnalysisRun } from '../analysis.js';
import { mostEvaluatedParameters } from '../reconstruction/accuracy.js';
import { attentionDirections, isRandom, type AttentionState, type NamedDirection } from './directions.js';
import { groupingsOf, inBases, modeNullsOf, type Grouping } from './entries.js';
import { modeRidge, type NamedMode } from './ridge.js';

/** Step of the finite difference over the length of the attention weights (2604.06256 §4.3). */
const relativeEps = 0.005;
/** Peaks of the two-dimensional transform that are told. */
const planePeaksTold = 6;
/** Random directions that are regressed beside the leading ones. */
const regressedRandom = ['random101', 'random102'];

const settings = v.strictObject({
  /** Checkpoint whose modes are looked at; the last where absent. */
  step: v.optional(v.number()),
  /** Updates in the centred window that ends there. */
  window: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(200)), 20),
  directions: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 8),
});
type Settings = v.InferOutput<typeof settings>;
type Sections = 'modes' | 'modeNulls' | 'modeRidge' | 'modeMaps';

export const modes = analysis({
  id: 'modes',
  summary: 'what the leading directions of the updates do to hidden states, beside random directions',
  sections: ['modes', 'modeNulls', 'modeRidge', 'modeMaps'],
  needs: 'model',
  isDefault: false,
  isLast: true,
  topic: 'modes',
  settings,
  flags: {
    step: { kind: 'number', value: 'STEP', help: 'the checkpoint that is looked at (else the last)' },
    window: { kind: 'number', value: 'N', help: 'updates in the window that gives the directions (else 20)' },
  },
  weight: ({ survey }) => 0.4 * survey.parameters,
  steps: modeSteps,
});

async function* modeSteps(run: AnalysisRun<Sections>, asked: Settings): AsyncGenerator<TaskStep, void> {
  const { survey, descriptor, emit } = run;
  if (survey.parameters > mostEvaluatedParameters) {
    throw new GeometryError('too-large', 'Functional modes are computed of small models only.');
  }
  const end = endOf(run, asked);
  const session = openModelSession(descriptor!, { dtype: 'float64' });
  try {
    const rows = seriesRows(survey, session.parameters);
    const window = Math.min(asked.window, end);
    const state = await attentionDirections(rows, session.parameters, {
      ...{ end, window },
      count: asked.directions,
    });
    const step = rows.steps[end]!;
    const { prime } = descriptor!.model;
    const pairs = session.pairs('test');
    const groupings = groupingsOf(pairs, prime);
    const kept = yield* modesOf({ run, session, state, step, groupings, row: await rows.row(end) });
    emit({ modeMaps: kept.filter(({ direction }) => !isRandom(direction)).map((mode) => mapOf(mode)) });
    emit({ modeRidge: yield* partOf(modeRidge(kept, { step, prime, pairs }), 0.8, 1) });

    function mapOf({ direction, mode }: NamedMode): ModeMapEntry {
      const cells = Array.from(pairs.a, (a, i) => a * prime + pairs.b[i]!);
      const order = [...cells.keys()].sort((x, y) => cells[x]! - cells[y]!);
      return {
        ...{ step, direction, prime },
        cells: order.map((i) => cells[i]!),
        values: order.map((i) => Number(mode.squared[i]!.toPrecision(5))),
        peaks: planePeaks(onGrid(mode.squared, pairs.a, pairs.b, prime), prime, planePeaksTold),
      };
    }
  } finally {
    await session.dispose();
  }
}

/** @throws GeometryError `invalid-argument` for a step without a checkpoint, or with too few before it. */
const endOf = ({ survey }: AnalysisRun<Sections>, { step }: Settings): number => {
  const steps = survey.checkpoints.map((checkpoint) => checkpoint.step);
  const end = step === undefined ? steps.length - 1 : steps.indexOf(step);
  if (end >= 3) return end;
  throw new GeometryError(
    'invalid-argument',
    end < 0
      ? `There is no checkpoint of step ${step}.`
      : 'Functional modes need at least three updates before the checkpoint.',
  );
};

interface ModesRequest {
  readonly run: AnalysisRun<Sections>;
  readonly session: ModelSession;
  readonly state: AttentionState;
  readonly step: number;
  readonly groupings: readonly Grouping[];
  readonly row: Float64Array;
}

/** Emits every direction's entry and then the nulls; gives back the modes that are looked at more closely. */
async function* modesOf({
  run: { emit, settings: inspection },
  session,
  state: { places, theta, directions },
  step,
  groupings,
  row,
}: ModesRequest): AsyncGenerator<TaskStep, NamedMode[]> {
  const { a, b } = session.pairs('test');
  const { d, prime } = session.descriptor.model;
  const eps = relativeEps * lengthOf(theta);
  const base = await session.hidden(row, a, b);
  const modeAlong = async (vector: Float64Array, sign: 1 | -1): Promise<FunctionalMode> => {
    const moved = row.slice();
    addToPlaces(moved, places, sign * eps, vector);
    return functionalMode(await session.hidden(moved, a, b), base, d);
  };
  const kept: NamedMode[] = [];
  const random: ModeEntry[] = [];
  for (const [at, direction] of directions.entries()) {
    for (const sign of direction.bothSigns ? ([1, -1] as const) : ([1] as const)) {
      const mode = await modeAlong(direction.vector, sign);
      const entry = entryOf(direction, sign, mode);
      emit({ modes: [entry] });
      if (isRandom(direction.name)) random.push(entry);
      const isKept = direction.isLeading || regressedRandom.includes(direction.name);
      if (isKept && sign === 1) kept.push({ direction: direction.name, mode });
      yield { fraction: (0.8 * at) / directions.length, text: `Modes: ${direction.name} at step ${step}` };
    }
  }
  emit({ modeNulls: [modeNullsOf(step, prime, groupings, random)] });
  return kept;

  function entryOf(
    { name, vector, isLeading, bothSigns }: NamedDirection,
    sign: 1 | -1,
    mode: FunctionalMode,
  ): ModeEntry {
    const average = mean(mode.squared);
    return {
      ...{ step, direction: name, sign, eps },
      radial: cosine(vector, theta),
      mean: average,
      sd: Math.sqrt(mean(mode.squared.map((value) => (value - average) ** 2))),
      bases: inBases(mode.squared, groupings, {
        isLeading: isLeading && sign === 1,
        withMeans: bothSigns && sign === 1,
        seed: inspection.seed,
      }),
    };
  }
}
