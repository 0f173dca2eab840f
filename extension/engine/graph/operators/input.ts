import { shapeError, type DType, type Graph, type Operator, type Shape, type Tensor } from '../tensor.js';
import { reduceTo } from './broadcast.js';

interface InputAttributes {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export const inputOperator: Operator<InputAttributes> = {
  name: 'Input',
  infer: (_, { dtype, shape }) => [{ dtype, shape }],
  emit: (emission, { name, dtype, shape }) => {
    emission.add('Identity', [emission.modelInput(name, dtype, shape)], emission.outputs);
  },
};

/** A value fed at each run under its name. */
export const input = (graph: Graph, name: string, dtype: DType, shape: Shape): Tensor =>
  graph.apply(inputOperator, [], { name, dtype, shape })[0]!;

interface ConstantAttributes {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly values: readonly number[];
}

export const constantOperator: Operator<ConstantAttributes> = {
  name: 'Constant',
  infer: (_, { dtype, shape }) => [{ dtype, shape }],
  // Constants are written where they are read.
  emit: () => undefined,
};

export const constant = (graph: Graph, dtype: DType, shape: Shape, values: readonly number[]): Tensor =>
  graph.apply(constantOperator, [], { dtype, shape, values })[0]!;

/** A scalar of the same type as `like`. */
export const scalarLike = (like: Tensor, value: number): Tensor =>
  constant(like.graph, like.dtype, [], [value]);

interface ExpandAttributes {
  readonly shape: Shape;
}

export const expandOperator: Operator<ExpandAttributes> = {
  name: 'Expand',
  infer: ([source], { shape }) => {
    const offset = shape.length - source!.shape.length;
    const fits = source!.shape.every((side, axis) => side === 1 || side === shape[axis + offset]);
    if (offset < 0 || !fits) throw shapeError('Expand', [source!], `cannot become [${shape.join(', ')}]`);
    return [{ dtype: source!.dtype, shape }];
  },
  emit: (emission, { shape }) => {
    emission.add(
      'Expand',
      [emission.inputs[0]!, emission.constant('int64', [shape.length], shape)],
      emission.outputs,
    );
  },
  gradient: ({ inputs, upstream }) => [reduceTo(upstream, inputs[0]!.shape)],
};
