import type { DType, Graph, Operator, Shape, Tensor } from '../tensor.js';

interface PlaceholderAttributes {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly name: string;
}

/** A value that a loop's body is given at each turn. */
const placeholderOperator: Operator<PlaceholderAttributes> = {
  name: 'Placeholder',
  unique: true,
  infer: (_, { dtype, shape }) => [{ dtype, shape }],
  emit: () => undefined,
};

/** The turn's slice of an input [steps, …shape] of the whole model. */
const stepInputOperator: Operator<PlaceholderAttributes> = {
  name: 'StepInput',
  infer: (_, { dtype, shape }) => [{ dtype, shape }],
  emit: (emission, { name, dtype, shape }) => {
    const fed = emission.modelInput(name, dtype, ['steps', ...shape]);
    emission.add('Gather', [fed, emission.inputs[0]!], emission.outputs, { axis: { int: 0 } });
  },
};

interface LoopAttributes {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly stateCount: number;
  readonly turnsName: string;
}

/** Results per turn come out as [steps, …]: their leading side is not known here. */
export const STEPS = -1;

export const loopOperator: Operator<LoopAttributes> = {
  name: 'Loop',
  unique: true,
  infer: (_, { outputs, stateCount }) =>
    outputs
      .slice(1)
      .map(({ dtype, shape }, i) => ({ dtype, shape: i < stateCount ? shape : [STEPS, ...shape] })),
  emit: (emission, { inputs, outputs, turnsName }) => {
    const turns = emission.modelInput(turnsName, 'int64', []);
    const always = emission.constant('bool', [], [1]);
    const body = emission.subgraph(inputs, outputs);
    emission.add('Loop', [turns, always, ...emission.inputs], emission.outputs, { body });
  },
};

export interface LoopBody {
  /** The states after the turn. */
  readonly states: readonly Tensor[];
  /** What is kept of every turn. */
  readonly perTurn: readonly Tensor[];
}

export interface LoopTurn {
  readonly states: readonly Tensor[];
  /** This turn's slice of a model input `name` of [steps, …shape]. */
  stepInput(name: string, dtype: DType, shape: Shape): Tensor;
}

/**
 * As many turns as the model input `turnsName` (int64, scalar) says; the states go from turn to turn. What does not depend
 * on the turn is computed once, outside. It has no gradient.
 */
export const loop = (
  graph: Graph,
  turnsName: string,
  states: readonly Tensor[],
  body: (turn: LoopTurn) => LoopBody,
): LoopBody => {
  const placeholder = (name: string, dtype: DType, shape: Shape): Tensor =>
    graph.apply(placeholderOperator, [], { name, dtype, shape })[0]!;
  const turn = placeholder('turn', 'int64', []);
  const condition = placeholder('condition', 'bool', []);
  const carried = states.map(({ dtype, shape }, i) => placeholder(`state${i}`, dtype, shape));
  const made = body({
    states: carried,
    stepInput: (name, dtype, shape) => graph.apply(stepInputOperator, [turn], { name, dtype, shape })[0]!,
  });
  const outputs = graph.apply(loopOperator, states, {
    inputs: [turn, condition, ...carried],
    outputs: [condition, ...made.states, ...made.perTurn],
    stateCount: states.length,
    turnsName,
  });
  return { states: outputs.slice(0, states.length), perTurn: outputs.slice(states.length) };
};
