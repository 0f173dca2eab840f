import type { ModelDescriptor } from '../../../contract/descriptor.js';
import type { RunConfig } from '../../../contract/run.js';
import { createSession, type Provider, type SessionOptions } from '../../runtime/session.js';
import type { AdamW } from '../optimiser/adamw.js';
import { buildModel } from '../../models/model.js';
import type { Parameter } from '../../models/parameters.js';
import { exactDecay } from '../optimiser/exactDecay.js';
import { lowRankDecayStep, type LowRankShape } from '../optimiser/lowRankDecay.js';
import { matrixSlots } from '../optimiser/matrixSlots.js';
import type { MuonShape } from '../optimiser/muon.js';
import { adamWSchedule } from '../optimiser/schedule.js';
import { trainingGraph } from '../optimiser/trainingGraph.js';
import { denseRows, type Basis } from '../interventions/basis.js';
import type { Floats, LowRankProgress, OptimiserState } from '../run/trainerState.js';
import type { Batches } from '../../models/tasks/batches.js';
import { stepFeeds } from './stepFeeds.js';
import type { ChunkResult } from './trainingEngine.js';

/**
 * The common settings of the rows of a graph; all else (seeds, split, learning rate, decay, step) is per run.
 */
export interface StepShape {
  readonly descriptor: ModelDescriptor;
  readonly optimiser: AdamW;
  /** Pairs per step. */
  readonly batch: number;
  readonly dtype: RunConfig['dtype'];
  readonly decayedParameters: RunConfig['decayedParameters'];
  readonly lowRank?: LowRankShape;
  readonly muon?: MuonShape;
  /** Of changes of the gradient, in their order. */
  readonly gradientBases: readonly Basis[];
}

/** The feeds of a run's row. */
export interface RowPlan {
  readonly batches: Batches;
  /** Training pairs, a₀, b₀, a₁, b₁, … */
  readonly pairs: Int32Array;
  /** Per task, of every pair. */
  readonly labels: readonly Int32Array[];
  /** At a step, counted from 1. */
  readonly learningRate: (step: number) => number;
  readonly weightDecay: number;
  /** Of Low-Rank Decay at a step, counted from 1: η λ times the schedule's factor. */
  readonly lowRankStrength: (step: number, progress: LowRankProgress) => number;
  /** Of Muon's matrices. */
  readonly muonRate: (step: number) => number;
  /** For each basis, at a step: the factor on the gradient, and the factor on its component in the basis. */
  readonly gradientChanges: readonly ((step: number) => {
    readonly whole: number;
    readonly inBasis: number;
  })[];
}

/** Steps of one run. */
export interface RowRequest {
  readonly lowRank: LowRankProgress;
  readonly plan: RowPlan;
  readonly state: OptimiserState;
  readonly fromStep: number;
}

/** As many runs as the graph has rows, stepping together. */
export interface StepGraph {
  readonly replicas: number;
  /** This many steps of every row, each from its own state; inputs are not modified. */
  run(rows: readonly RowRequest[], steps: number): Promise<readonly ChunkResult[]>;
  dispose(): Promise<void>;
}

/**
 * Size from which a tensor is stepped separately, which on a CPU is three times as fast as in a row larger than
 * a core's cache. On a GPU the number of operations dominates.
 */
const apartFrom: Readonly<Partial<Record<Provider, number>>> = { cpu: 8192 };

type DecayRule = (parameter: Pick<Parameter, 'name' | 'shape'>, lowRank: ReadonlySet<string>) => boolean;

/** Which parameters L2 acts on; absent: every one, as one group. `lowRank`: whole tensors that Low-Rank Decay acts on. */
const decayRules: Readonly<Record<RunConfig['decayedParameters'], DecayRule | undefined>> = {
  all: undefined,
  matrices: ({ shape }) => shape.length > 1,
  'outside-low-rank': ({ name }, lowRank) => !lowRank.has(name),
};

/** Those that decay are group 0, the rest group 1. */
const decayGroupsOf = (rule: DecayRule | undefined, lowRank: ReadonlySet<string>) =>
  rule === undefined
    ? { decaysOf: (decay: number) => [decay], groups: {} }
    : {
        decaysOf: (decay: number) => [decay, 0],
        groups: { decayGroup: (parameter: Parameter) => (rule(parameter, lowRank) ? 0 : 1) },
      };

/** @throws GeometryError `no-provider`, `invalid-graph`. */
export const openStepGraph = async (
  { descriptor, optimiser, batch, dtype, decayedParameters, lowRank, muon, gradientBases }: StepShape,
  replicas: number,
  options: SessionOptions,
): Promise<StepGraph> => {
  const lowRankSlots =
    lowRank === undefined ? [] : matrixSlots(buildModel(descriptor).parameters, lowRank.matrices);
  const { decaysOf, groups } = decayGroupsOf(
    decayRules[decayedParameters],
    new Set(lowRankSlots.map(({ name }) => name)),
  );
  const exact = lowRank?.iterations === 'exact' ? lowRank : undefined;
  const decayStep =
    lowRank === undefined || lowRank.iterations === 'exact'
      ? undefined
      : lowRankDecayStep(lowRank, lowRank.iterations);
  const graph = trainingGraph({
    ...{ descriptor, optimiser, batch, replicas, dtype },
    ...groups,
    ...(decayStep === undefined ? {} : { decayStep }),
    ...(muon === undefined ? {} : { muon }),
    gradientBases: gradientBases.map(({ directions }) => directions.length),
    ...(apartFrom[options.provider] === undefined ? {} : { apartFrom: apartFrom[options.provider] }),
  });
  const { count, tasks } = graph.model;
  const session = await createSession(graph.bytes, options);
  const bases = Object.fromEntries(
    gradientBases.map((basis, i) => [
      `basis${i}`,
      { data: denseRows(basis, count, dtype), dims: [basis.directions.length, count] },
    ]),
  );
  const floats = (length: number): Floats =>
    dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
  const stacked = (rows: readonly RowRequest[], name: keyof OptimiserState): Floats => {
    if (rows.length === 1) return rows[0]!.state[name];
    const all = floats(replicas * count);
    rows.forEach(({ state }, row) => all.set(state[name], row * count));
    return all;
  };
  return {
    replicas,
    run: async (rows, asked) => {
      // A decomposition runs between two steps, outside the graph.
      const steps = exact === undefined ? asked : 1;
      const fed = rows.map(({ plan, fromStep, lowRank: progress }) => ({
        ...stepFeeds({ ...plan, fromStep, steps }),
        schedule: adamWSchedule({
          ...{ optimiser, firstStep: fromStep + 1, steps },
          learningRate: plan.learningRate,
          weightDecay: decaysOf(plan.weightDecay),
          more: [
            ...(decayStep === undefined ? [] : [(step: number) => plan.lowRankStrength(step, progress)]),
            ...(muon === undefined
              ? []
              : [plan.muonRate, (step: number) => 1 - plan.muonRate(step) * plan.weightDecay]),
            ...plan.gradientChanges.flatMap((at) => [
              (step: number) => at(step).whole,
              (step: number) => at(step).inBasis,
            ]),
          ],
        }),
      }));
      const { scheduleColumns } = graph;
      const schedules = fed.map(({ schedule }) => schedule);
      const dims = [replicas, count];
      const fetched = await session.run({
        ...bases,
        steps: { data: BigInt64Array.of(BigInt(steps)), dims: [] },
        parameters: { data: stacked(rows, 'weights'), dims },
        firstMoment: { data: stacked(rows, 'firstMoment'), dims },
        secondMoment: { data: stacked(rows, 'secondMoment'), dims },
        tokens: {
          data: interleaved(
            new Int32Array(steps * replicas * 2 * batch),
            fed.map(({ tokens }) => tokens),
            steps,
          ),
          dims: [steps, replicas, 2, batch],
        },
        labels: {
          data: interleaved(
            new Int32Array(steps * replicas * tasks.length * batch),
            fed.map(({ labels }) => labels),
            steps,
          ),
          dims: [steps, replicas, tasks.length, batch],
        },
        schedule: {
          data: interleaved(floats(steps * replicas * scheduleColumns), schedules, steps),
          dims: [steps, replicas, scheduleColumns],
        },
      });
      const rowOf = (name: string, row: number): Floats => {
        const all = fetched[name]!.data as Floats;
        return replicas === 1 ? all : all.slice(row * count, (row + 1) * count);
      };
      const losses = fetched.losses!.data as Floats;
      const norms = fetched.gradientNorms!.data as Floats;
      const everyStep = Array.from({ length: steps }, (_, step) => step);
      const newWeights = rows.map((_, row) => rowOf('newParameters', row));
      if (exact !== undefined) {
        for (const [row, { plan, fromStep, lowRank: progress }] of rows.entries()) {
          const strength = plan.lowRankStrength(fromStep + 1, progress);
          await exactDecay(newWeights[row]!, lowRankSlots, exact, strength);
        }
      }
      return rows.map((_, row) => ({
        state: {
          weights: newWeights[row]!,
          firstMoment: rowOf('newFirstMoment', row),
          secondMoment: rowOf('newSecondMoment', row),
        },
        losses: everyStep.map((step) => {
          let sum = 0;
          for (let task = 0; task < tasks.length; task++) {
            sum += losses[(step * replicas + row) * tasks.length + task]!;
          }
          return sum;
        }),
        gradientNorms: everyStep.map((step) => norms[step * replicas + row]!),
      }));
    },
    dispose: () => session.dispose(),
  };
};

/** [steps, …] of every row as [steps, rows, …]. */
const interleaved = <T extends Int32Array | Floats>(
  into: T,
  rows: readonly (Int32Array | Floats)[],
  steps: number,
): T => {
  const width = into.length / steps / rows.length;
  for (let step = 0; step < steps; step++) {
    rows.forEach((row, r) => {
      into.set(row.subarray(step * width, (step + 1) * width), (step * rows.length + r) * width);
    });
  }
  return into;
};
