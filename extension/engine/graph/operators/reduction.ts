import { applyOne, elementCount, shapeError, type Operator, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import { expand } from './broadcast.js';

interface ReductionAttributes {
  /** Axes that are reduced to length one, ascending. */
  readonly axes: readonly number[];
}

type ReductionGradient = (upstream: Tensor, source: Tensor, result: Tensor) => Tensor;

const reduction = (name: string, gradient: ReductionGradient): Operator<ReductionAttributes> => ({
  name,
  infer: ([source], { axes }) => {
    const { dtype, shape } = source!;
    if (axes.some((axis) => axis < 0 || axis >= shape.length))
      throw shapeError(name, [source!], `it has no axes ${axes.join(', ')}`);
    return [{ dtype, shape: shape.map((side, axis) => (axes.includes(axis) ? 1 : side)) }];
  },
  emit: (emission, { axes }) =>
    emission.add(
      name,
      [emission.inputs[0]!, emission.constant('int64', [axes.length], axes)],
      emission.outputs,
      { keepdims: { int: 1 } },
    ),
  gradient: ({ inputs, outputs, upstream }) => [gradient(upstream, inputs[0]!, outputs[0]!)],
});

export const reduceSumOperator = reduction('ReduceSum', (upstream, { shape }) => expand(upstream, shape));
export const reduceMeanOperator = reduction('ReduceMean', (upstream, { shape }, result) =>
  expand(mul(upstream, elementCount(result.shape) / elementCount(shape)), shape),
);

const positive = ({ shape }: Tensor, axes: readonly number[]): number[] =>
  axes.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort((a, b) => a - b);

/** Reductions keep the reduced axes with length one. Negative axes count from the last. */
export const reduceSum = (x: Tensor, axes: readonly number[]): Tensor =>
  applyOne(reduceSumOperator, [x], { axes: positive(x, axes) });
export const reduceMean = (x: Tensor, axes: readonly number[]): Tensor =>
  applyOne(reduceMeanOperator, [x], { axes: positive(x, axes) });
