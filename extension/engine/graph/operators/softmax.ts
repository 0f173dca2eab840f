import { applyOne, type Operator, type Tensor } from '../tensor.js';
import { exp, mul, sub } from './arithmetic.js';
import { reduceSum } from './reduction.js';

interface AxisAttributes {
  readonly axis: number;
}

export const softmaxOperator: Operator<AxisAttributes> = {
  name: 'Softmax',
  infer: ([source]) => [{ dtype: source!.dtype, shape: source!.shape }],
  emit: (emission, { axis }) =>
    emission.add('Softmax', emission.inputs, emission.outputs, { axis: { int: axis } }),
  gradient: ({ outputs, upstream, attributes: { axis } }) => {
    const weighted = mul(upstream, outputs[0]!);
    return [sub(weighted, mul(outputs[0]!, reduceSum(weighted, [axis])))];
  },
};

export const logSoftmaxOperator: Operator<AxisAttributes> = {
  name: 'LogSoftmax',
  infer: ([source]) => [{ dtype: source!.dtype, shape: source!.shape }],
  emit: (emission, { axis }) =>
    emission.add('LogSoftmax', emission.inputs, emission.outputs, { axis: { int: axis } }),
  gradient: ({ outputs, upstream, attributes: { axis } }) => [
    sub(upstream, mul(exp(outputs[0]!), reduceSum(upstream, [axis]))),
  ],
};

const positive = ({ shape }: Tensor, axis: number): number => (axis < 0 ? axis + shape.length : axis);

export const softmax = (x: Tensor, axis: number): Tensor =>
  applyOne(softmaxOperator, [x], { axis: positive(x, axis) });
export const logSoftmax = (x: Tensor, axis: number): Tensor =>
  applyOne(logSoftmaxOperator, [x], { axis: positive(x, axis) });
