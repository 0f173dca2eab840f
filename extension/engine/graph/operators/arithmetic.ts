import { applyOne, sameShape, shapeError, type Operator, type Tensor } from '../tensor.js';
import { broadcastShape, expand, reduceTo, unexpanded } from './broadcast.js';
import { scalarLike } from './input.js';

/** The partial derivatives times the upstream gradient, before the sums over repeated axes. */
type Partials = (
  a: Tensor,
  b: Tensor,
  upstream: Tensor,
  result: Tensor,
) => readonly [() => Tensor, () => Tensor];

const binary = (name: string, partials: Partials): Operator<null> => ({
  name,
  infer: (inputs) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const shape = broadcastShape(a.shape, b.shape);
    if (shape === undefined) throw shapeError(name, inputs, 'their shapes do not fit together');
    if (a.dtype !== b.dtype) throw shapeError(name, inputs, 'their types differ');
    return [{ dtype: a.dtype, shape }];
  },
  emit: (emission) => emission.add(name, emission.inputs, emission.outputs),
  gradient: ({ inputs, outputs, upstream, wanted }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const [toA, toB] = partials(a, b, upstream, outputs[0]!);
    return [
      wanted[0] ? reduceTo(toA(), a.shape) : undefined,
      wanted[1] ? reduceTo(toB(), b.shape) : undefined,
    ];
  },
});

export const addOperator = binary('Add', (_a, _b, upstream) => [() => upstream, () => upstream]);
export const subOperator = binary('Sub', (_a, _b, upstream) => [() => upstream, () => neg(upstream)]);
export const mulOperator = binary('Mul', (a, b, upstream) => [
  () => mul(upstream, b),
  () => mul(upstream, a),
]);
export const divOperator = binary('Div', (_, b, upstream, result) => [
  () => div(upstream, b),
  () => neg(div(mul(upstream, result), b)),
]);

/** Without a gradient: it clips what has been differentiated already. */
export const minOperator: Operator<null> = {
  name: 'Min',
  infer: (inputs) => addOperator.infer(inputs, null),
  emit: (emission) => emission.add('Min', emission.inputs, emission.outputs),
};

/** Repeats in memory only where the result would otherwise be too small. */
const applyBinary = (operator: Operator<null>, a: Tensor, b: Tensor): Tensor => {
  const shape = broadcastShape(a.shape, b.shape);
  const lean = [
    [unexpanded(a), unexpanded(b)],
    [unexpanded(a), b],
    [a, unexpanded(b)],
  ] as const;
  if (shape !== undefined) {
    for (const [left, right] of lean) {
      const leanShape = broadcastShape(left.shape, right.shape);
      if (leanShape !== undefined && sameShape(leanShape, shape))
        return applyOne(operator, [left, right], null);
    }
    // Both repeat the same small tensor: compute small, repeat the result.
    const [left, right] = lean[0];
    const small = broadcastShape(left.shape, right.shape);
    if (small !== undefined && (left !== a || right !== b))
      return expand(applyOne(operator, [left, right], null), shape);
  }
  return applyOne(operator, [a, b], null);
};

const numbered = (like: Tensor, value: Tensor | number): Tensor =>
  typeof value === 'number' ? scalarLike(like, value) : value;

export const add = (a: Tensor, b: Tensor | number): Tensor =>
  typeof b !== 'number' && b.node.operator === negOperator
    ? sub(a, b.node.inputs[0]!)
    : applyBinary(addOperator, a, numbered(a, b));
export const sub = (a: Tensor, b: Tensor | number): Tensor => applyBinary(subOperator, a, numbered(a, b));
export const mul = (a: Tensor, b: Tensor | number): Tensor => applyBinary(mulOperator, a, numbered(a, b));
export const div = (a: Tensor, b: Tensor | number): Tensor => applyBinary(divOperator, a, numbered(a, b));

/** The smaller of each entry and a number. */
export const minimum = (a: Tensor, bound: number): Tensor =>
  applyOne(minOperator, [a, scalarLike(a, bound)], null);

/** The derivative times the upstream gradient, from the argument and the result. */
type Derivative = (upstream: Tensor, argument: Tensor, result: Tensor) => Tensor;

const unary = (name: string, derivative: Derivative): Operator<null> => ({
  name,
  infer: ([source]) => [{ dtype: source!.dtype, shape: source!.shape }],
  emit: (emission) => emission.add(name, emission.inputs, emission.outputs),
  gradient: ({ inputs, outputs, upstream }) => [derivative(upstream, inputs[0]!, outputs[0]!)],
});

export const negOperator = unary('Neg', (upstream) => neg(upstream));
export const expOperator = unary('Exp', (upstream, _, result) => mul(upstream, result));
export const logOperator = unary('Log', (upstream, argument) => div(upstream, argument));
export const sqrtOperator = unary('Sqrt', (upstream, _, result) => div(mul(upstream, 0.5), result));
/**
 * 1/(1 + e⁻ˣ) in float64: onnxruntime turns x·Sigmoid(x) into a QuickGelu, whose kernel exists for float32
 * only.
 */
export const sigmoidOperator: Operator<null> = {
  ...unary('Sigmoid', (upstream, _, result) => mul(upstream, sub(result, mul(result, result)))),
  emit: (emission) => {
    const [{ dtype }] = emission.node.outputs as [Tensor];
    if (dtype !== 'float64') {
      emission.add('Sigmoid', emission.inputs, emission.outputs);
      return;
    }
    const one = emission.constant(dtype, [], [1]);
    const decaying = emission.value('Exp', [emission.value('Neg', emission.inputs)]);
    emission.add('Div', [one, emission.value('Add', [decaying, one])], emission.outputs);
  },
};

export const neg = (x: Tensor): Tensor => applyOne(negOperator, [x], null);
export const exp = (x: Tensor): Tensor => applyOne(expOperator, [x], null);
export const log = (x: Tensor): Tensor => applyOne(logOperator, [x], null);
export const sqrt = (x: Tensor): Tensor => applyOne(sqrtOperator, [x], null);
export const sigmoid = (x: Tensor): Tensor => applyOne(sigmoidOperator, [x], null);
