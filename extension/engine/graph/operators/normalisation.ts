import type { Emission } from '../emission.js';
import type { Operator, Tensor } from '../tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { reduceMean } from './reduction.js';

interface NormAttributes {
  readonly eps: number;
}

/** Result and the inverse deviation (or root mean square) of every row. */
const infer: Operator['infer'] = ([source]) => {
  const { dtype, shape } = source!;
  return [
    { dtype, shape },
    { dtype, shape: shape.with(-1, 1) },
  ];
};

const lastAxis = (emission: Emission): string =>
  emission.constant('int64', [1], [emission.node.outputs[0]!.shape.length - 1]);

/** Divides the named rows by the root of their mean square plus eps, in operators that every provider has in every type. */
const emitScaling = (emission: Emission, rows: string, eps: number): void => {
  const { dtype } = emission.node.outputs[0]!;
  const [result, inverse] = emission.outputs as [string, string];
  const squares = emission.value('Mul', [rows, rows]);
  const mean = emission.value('ReduceMean', [squares, lastAxis(emission)], { keepdims: { int: 1 } });
  const shifted = emission.value('Add', [mean, emission.constant(dtype, [], [eps])]);
  const root = emission.value('Sqrt', [shifted]);
  emission.add('Reciprocal', [root], [inverse]);
  emission.add('Mul', [rows, inverse], [result]);
};

/** Adds what comes through the inverse deviation, which only a gradient reads: ∂inverse/∂x = −inverse² · result / side. */
const withInverse = (
  throughResult: Tensor,
  result: Tensor,
  inverse: Tensor,
  upstream: Tensor | undefined,
): Tensor => {
  if (upstream === undefined) return throughResult;
  const perRow = mul(mul(upstream, mul(inverse, inverse)), -1 / result.shape.at(-1)!);
  return add(throughResult, mul(result, perRow));
};

/**
 * The operator itself, on rows [rows, side]: onnxruntime replaces a sum of two tensors of three axes before it by
 * SkipLayerNormalization, whose kernels for CUDA and WebGPU leave out the inverse deviation.
 */
const emitFused = (emission: Emission, source: string, shape: readonly number[], eps: number): void => {
  const [result, inverse] = emission.outputs as [string, string];
  const side = shape.at(-1)!;
  const lead = shape.slice(0, -1);
  const flat = [lead.reduce((product, size) => product * size, 1), side];
  const sizes = (sizes: readonly number[]): string => emission.constant('int64', [sizes.length], sizes);
  const ones = emission.constant('float32', [side], new Array<number>(side).fill(1));
  const normalise = (rows: string, outputs: readonly [string, string]): void =>
    emission.add('LayerNormalization', [rows, ones], [outputs[0], `${result}_mean`, outputs[1]], {
      axis: { int: -1 },
      epsilon: { float: eps },
    });
  if (lead.length === 1) {
    normalise(source, [result, inverse]);
    return;
  }
  const [flatResult, flatInverse] = [`${result}_rows`, `${inverse}_rows`] as const;
  normalise(emission.value('Reshape', [source, sizes(flat)]), [flatResult, flatInverse]);
  emission.add('Reshape', [flatResult, sizes(shape)], [result]);
  emission.add('Reshape', [flatInverse, sizes([...lead, 1])], [inverse]);
};

/** (x − mean) / √(variance + eps) over the last axis, without gain and shift: a model folds those into the next product. */
export const layerNormOperator: Operator<NormAttributes> = {
  name: 'LayerNorm',
  infer,
  emit: (emission, { eps }) => {
    const [source] = emission.inputs as [string];
    const [{ dtype, shape }] = emission.node.outputs as [Tensor];
    if (dtype === 'float32') {
      emitFused(emission, source, shape, eps);
      return;
    }
    // The fused operator keeps its statistics in float32.
    const mean = emission.value('ReduceMean', [source, lastAxis(emission)], { keepdims: { int: 1 } });
    emitScaling(emission, emission.value('Sub', [source, mean]), eps);
  },
  gradient: ({ outputs, upstream, upstreams }) => {
    const [result, inverse] = outputs as [Tensor, Tensor];
    const along = mul(result, reduceMean(mul(upstream, result), [-1]));
    const throughResult = mul(sub(sub(upstream, reduceMean(upstream, [-1])), along), inverse);
    return [withInverse(throughResult, result, inverse, upstreams[1])];
  },
};

/** x / √(mean x² + eps) over the last axis, without gain. */
export const rmsNormOperator: Operator<NormAttributes> = {
  name: 'RmsNorm',
  infer,
  emit: (emission, { eps }) => {
    emitScaling(emission, emission.inputs[0]!, eps);
  },
  gradient: ({ outputs, upstream, upstreams }) => {
    const [result, inverse] = outputs as [Tensor, Tensor];
    const along = mul(result, reduceMean(mul(upstream, result), [-1]));
    return [withInverse(mul(sub(upstream, along), inverse), result, inverse, upstreams[1])];
  },
};

export const layerNorm = (x: Tensor, eps: number): Tensor =>
  x.graph.apply(layerNormOperator, [x], { eps })[0]!;
export const rmsNorm = (x: Tensor, eps: number): Tensor => x.graph.apply(rmsNormOperator, [x], { eps })[0]!;
