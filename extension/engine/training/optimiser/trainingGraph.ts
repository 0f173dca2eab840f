import type { ModelDescriptor } from '../../../contract/descriptor.js';
import { GeometryError } from '../../../contract/errors.js';
import { emitModel, type NamedOutputs } from '../../graph/emitModel.js';
import { gradients } from '../../graph/gradients.js';
import { add, mul } from '../../graph/operators/arithmetic.js';
import { input } from '../../graph/operators/input.js';
import { concat, reshape, split } from '../../graph/operators/layout.js';
import { takeRows } from '../../graph/operators/lookup.js';
import { constant } from '../../graph/operators/input.js';
import { matMul } from '../../graph/operators/matmul.js';
import { loop } from '../../graph/operators/loop.js';
import { Graph, type Tensor } from '../../graph/tensor.js';
import { crossEntropy } from '../../models/loss.js';
import { buildModel, type BuiltModel } from '../../models/model.js';
import type { Parameter, Views } from '../../models/parameters.js';
import { adamWStep, clippingOf, gradientNorm, type AdamW } from './adamw.js';
import { matrixSlots } from './matrixSlots.js';
import { muonStep, type MuonShape } from './muon.js';
import { SCHEDULE_LEAD } from './schedule.js';
import { blockViews, cutIntoBlocks, inThirds, joinedBlocks, stateBlocks } from './stateBlocks.js';

/** A decay step after the optimiser's, such as Low-Rank Decay. */
export interface DecayStep {
  /** How many columns of the schedule it reads, after the decay groups'. */
  readonly columns: number;
  /** New rows of weights from the optimiser's; `columns` are [1], or [replicas, 1]. */
  apply(weights: Tensor, parameters: readonly Parameter[], columns: readonly Tensor[]): Tensor;
}

export interface TrainingGraphOptions {
  readonly descriptor: ModelDescriptor;
  readonly optimiser: AdamW;
  readonly batch: number;
  readonly replicas: number;
  readonly dtype: 'float32' | 'float64';
  /** Decay group of a parameter, 0 or more; absent: all are in group 0. */
  readonly decayGroup?: (parameter: Parameter) => number;
  readonly decayStep?: DecayStep;
  /**
   * Dimensions of the bases B of changes of the gradient, G := w G + p B Bᵀ G after clipping, in their order. Each is fed as
   * `basis0`, … [dimension, parameters] and reads two columns of the schedule after Muon's: w, p.
   */
  readonly gradientBases?: readonly number[];
  /**
   * Elements from which a tensor is a state of its own in the loop: it stays in a core's cache while it is stepped, and is
   * not cut out of the row and joined again each step. Absent, and where a decay step, Muon or a change of the gradient
   * acts on whole rows, the row is one state: fewer and larger operations.
   */
  readonly apartFrom?: number;
  /** Steps chosen matrices; reads two columns of the schedule after the decay step's: its rate, and what is kept of a weight. */
  readonly muon?: MuonShape;
}

/** Columns that Muon reads. */
const MUON_COLUMNS = 2;
/** Columns that a change of the gradient reads. */
const CHANGE_COLUMNS = 2;

export interface TrainingGraph {
  readonly bytes: Uint8Array;
  readonly model: BuiltModel;
  /** Columns of the feed `schedule`. */
  readonly scheduleColumns: number;
  /** What the model was written from, by the names of its fetches. */
  readonly outputs: NamedOutputs;
}

/**
 * The training step as an ONNX model: as many steps as the feed `steps` says, in one Loop.
 *
 * Feeds: `steps` int64 []; `parameters`, `firstMoment`, `secondMoment` [replicas, parameters]; `tokens` int32
 * [steps, replicas, 2, batch] (a, then b); `labels` int32 [steps, replicas, tasks, batch]; `schedule`
 * [steps, replicas, columns] (see `adamWSchedule`). Fetches: `newParameters`, `newFirstMoment`, `newSecondMoment`;
 * `losses` [steps, replicas, tasks], before each step; `gradientNorms` [steps, replicas], before clipping.
 * @throws GeometryError `invalid-argument`, `invalid-graph`.
 */
export const trainingGraph = (options: TrainingGraphOptions): TrainingGraph => {
  const { descriptor, optimiser, batch, replicas, dtype, decayStep, muon, gradientBases = [] } = options;
  if (batch < 1 || replicas < 1) {
    throw new GeometryError('invalid-argument', 'A training step needs at least one pair and one replica.');
  }
  const model = buildModel(descriptor);
  const groups = model.parameters.map((parameter) => options.decayGroup?.(parameter) ?? 0);
  const decayGroups = Math.max(...groups) + 1;
  const decayStepAt = SCHEDULE_LEAD + decayGroups;
  const muonAt = decayStepAt + (decayStep?.columns ?? 0);
  const changesAt = muonAt + (muon === undefined ? 0 : MUON_COLUMNS);
  const scheduleColumns = changesAt + CHANGE_COLUMNS * gradientBases.length;
  const muonSlots = muon && matrixSlots(model.parameters, muon.matrices);

  const graph = new Graph();
  // One replica has no replica axis at all.
  const lead = replicas === 1 ? [] : [replicas];
  const onWholeRows = decayStep !== undefined || muon !== undefined || gradientBases.length > 0;
  const blocks = stateBlocks(model.parameters, onWholeRows ? undefined : options.apartFrom);
  const state = ['parameters', 'firstMoment', 'secondMoment'].flatMap((name) => {
    const row = reshape(input(graph, name, dtype, [replicas, model.count]), [...lead, model.count]);
    return cutIntoBlocks(row, model.parameters, blocks);
  });

  const bases = gradientBases.map((dimension, i) =>
    input(graph, `basis${i}`, dtype, [dimension, model.count]),
  );

  const { states, perTurn } = loop(graph, 'steps', state, (turn) => {
    const [parameters, firstMoments, secondMoments] = inThirds(turn.states);
    const perReplica = (name: string, count: number): readonly Tensor[] => {
      const fed = turn.stepInput(name, 'int32', [replicas, count, batch]);
      return split(reshape(fed, [...lead, count, batch]), -2, new Array<number>(count).fill(1)).map((piece) =>
        reshape(piece, [...lead, batch]),
      );
    };
    const [a, b] = perReplica('tokens', 2) as [Tensor, Tensor];
    const labels = perReplica('labels', model.tasks.length);
    const schedule = turn.stepInput('schedule', dtype, [replicas, scheduleColumns]);
    const columns = split(
      reshape(schedule, [...lead, scheduleColumns]),
      -1,
      new Array<number>(scheduleColumns).fill(1),
    );

    const views = graph.labelled('views', () => blockViews(parameters, blocks));
    const losses = taskLosses(graph, model, views, { a, b }, labels);
    const raw = gradients(sumOf(losses), parameters);
    const norm = graph.labelled('clip', () => gradientNorm(raw));
    const stepped = graph.labelled('optimiser', () => {
      const [stepSize, eps] = columns as [Tensor, Tensor];
      const keeps = columns.slice(SCHEDULE_LEAD, decayStepAt);
      return blocks.map((block, i) => {
        // Clipping is a factor: a linear change may come before it.
        const gradient = bases.reduce((changed, basis, k) => {
          const [whole, inBasis] = columns.slice(changesAt + CHANGE_COLUMNS * k) as [Tensor, Tensor];
          return changedGradient(changed, basis, whole, inBasis);
        }, raw[i]!);
        const before = {
          parameters: parameters[i]!,
          firstMoment: firstMoments[i]!,
          secondMoment: secondMoments[i]!,
        };
        const adamW = adamWStep(optimiser, before, gradient, norm, {
          stepSize,
          eps,
          keep: keepPerParameter(
            graph,
            block,
            block.map((parameter) => groups[model.parameters.indexOf(parameter)]!),
            keeps,
          ),
        });
        if (muon === undefined) return adamW;
        const clipped = mul(gradient, clippingOf(optimiser, norm));
        const [rate, keep] = columns.slice(muonAt, changesAt) as [Tensor, Tensor];
        return { ...adamW, ...muonStep(muon, muonSlots!, before, adamW, clipped, { rate, keep }) };
      });
    });
    const decayed = graph.labelled('decay', () =>
      stepped.map(
        (after) =>
          decayStep?.apply(after.parameters, model.parameters, columns.slice(decayStepAt, muonAt)) ??
          after.parameters,
      ),
    );
    return {
      states: [
        ...decayed,
        ...stepped.map(({ firstMoment }) => firstMoment),
        ...stepped.map(({ secondMoment }) => secondMoment),
      ],
      perTurn: [
        reshape(
          concat(
            losses.map((loss) => reshape(loss, [replicas, 1])),
            -1,
          ),
          [replicas, losses.length],
        ),
        reshape(norm, [replicas]),
      ],
    };
  });
  const [parameters, firstMoment, secondMoment] = inThirds(states).map((pieces) =>
    reshape(joinedBlocks(pieces, model.parameters, blocks), [replicas, model.count]),
  ) as [Tensor, Tensor, Tensor];
  const [losses, gradientNorms] = perTurn as [Tensor, Tensor];
  const outputs = {
    newParameters: parameters,
    newFirstMoment: firstMoment,
    newSecondMoment: secondMoment,
    losses,
    gradientNorms,
  };
  return { bytes: emitModel(outputs), model, scheduleColumns, outputs };
};

const taskLosses = (
  graph: Graph,
  model: BuiltModel,
  views: Views,
  tokens: { readonly a: Tensor; readonly b: Tensor },
  labels: readonly Tensor[],
): readonly Tensor[] => {
  const logits = model.forward(views, tokens);
  return graph.labelled('loss', () => logits.map((task, i) => crossEntropy(task, labels[i]!)));
};

/** w G + p B Bᵀ G; `basis` [dimension, parameters] has orthonormal rows, w and p are [1] or [replicas, 1]. */
const changedGradient = (gradient: Tensor, basis: Tensor, whole: Tensor, inBasis: Tensor): Tensor => {
  const { shape } = gradient;
  const rows = reshape(gradient, [shape.length === 1 ? 1 : shape[0]!, shape.at(-1)!]);
  const inside = reshape(matMul(matMul(rows, basis, { transposeB: true }), basis), shape);
  return add(mul(gradient, whole), mul(inside, inBasis));
};

const sumOf = (losses: readonly Tensor[]): Tensor => losses.reduce((sum, loss) => add(sum, loss));

/** One number for all where there is one group; else every parameter's own group's number, looked up. */
const keepPerParameter = (
  graph: Graph,
  block: readonly Parameter[],
  groups: readonly number[],
  keeps: readonly Tensor[],
): Tensor => {
  const [first] = groups as [number];
  if (groups.every((group) => group === first)) return keeps[first]!;
  const table = concat(keeps, -1);
  const lead = table.shape.slice(0, -1);
  const places = block.flatMap(({ elements }, i) => new Array<number>(elements).fill(groups[i]!));
  const looked = takeRows(
    reshape(table, [...lead, keeps.length, 1]),
    constant(graph, 'int32', [places.length], places),
  );
  return reshape(looked, [...lead, places.length]);
};
