import { applyOne, shapeError, type Operator, type Shape, type Tensor } from '../tensor.js';
import { negOperator } from './arithmetic.js';
import { broadcastShape, reduceTo } from './broadcast.js';

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
}

const swapLast = (shape: Shape): Shape => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
const lastSwapped = (rank: number): number[] => [
  ...Array.from({ length: rank - 2 }, (_, axis) => axis),
  rank - 1,
  rank - 2,
];

/**
 * alpha · A B (+ C): matrices, or stacks of as many matrices. One ONNX Gemm for matrices; for stacks Transpose and MatMul,
 * which onnxruntime fuses where a provider can.
 */
export const matMulOperator: Operator<MatMulAttributes> = {
  name: 'MatMul',
  infer: (inputs, { transposeA, transposeB }) => {
    const [a, b, c] = inputs as [Tensor, Tensor, Tensor?];
    const left = transposeA ? swapLast(a.shape) : a.shape;
    const right = transposeB ? swapLast(b.shape) : b.shape;
    const rank = left.length;
    if (rank < 2 || rank > 3 || right.length !== rank) {
      throw shapeError('MatMul', inputs, 'it multiplies matrices, or stacks of matrices, of one rank');
    }
    if (left.at(-1) !== right.at(-2) || (rank === 3 && left[0] !== right[0])) {
      throw shapeError(
        'MatMul',
        inputs,
        `[${left.join(', ')}] cannot be multiplied with [${right.join(', ')}]`,
      );
    }
    if (inputs.some(({ dtype }) => dtype !== a.dtype))
      throw shapeError('MatMul', inputs, 'their types differ');
    const shape = [...left.slice(0, -1), right.at(-1)!];
    if (c !== undefined && broadcastShape(c.shape, shape)?.join() !== shape.join()) {
      throw shapeError('MatMul', inputs, `the third cannot be added to [${shape.join(', ')}]`);
    }
    return [{ dtype: a.dtype, shape }];
  },
  emit: (emission, { transposeA, transposeB, alpha }) => {
    const [a, b, c] = emission.inputs as [string, string, string?];
    const [{ dtype, shape }] = emission.node.outputs as [Tensor];
    if (shape.length === 2) {
      // The attribute is a float32, whatever the matrices are.
      const exact = dtype === 'float32' || Math.fround(alpha) === alpha;
      const scaled = exact ? a : emission.value('Mul', [a, emission.constant(dtype, [], [alpha])]);
      emission.add('Gemm', [scaled, ...emission.inputs.slice(1)], emission.outputs, {
        alpha: { float: exact ? alpha : 1 },
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
      });
      return;
    }
    const perm = { perm: { ints: lastSwapped(shape.length) } };
    const left = transposeA ? emission.value('Transpose', [a], perm) : a;
    const right = transposeB ? emission.value('Transpose', [b], perm) : b;
    const [result] = emission.outputs as [string];
    if (alpha === 1 && c === undefined) {
      emission.add('MatMul', [left, right], [result]);
      return;
    }
    let product = emission.value('MatMul', [left, right]);
    if (alpha !== 1) {
      // A vector of equal numbers: a scalar would be fused into a float32 attribute.
      const side = shape.at(-1)!;
      const factor = emission.constant(dtype, [side], new Array<number>(side).fill(alpha));
      if (c === undefined) {
        emission.add('Mul', [product, factor], [result]);
        return;
      }
      product = emission.value('Mul', [product, factor]);
    }
    emission.add('Add', [product, c!], [result]);
  },
  gradient: ({ inputs, upstream, wanted, attributes: { transposeA: tA, transposeB: tB, alpha } }) => {
    const [a, b, c] = inputs as [Tensor, Tensor, Tensor?];
    const dA = () =>
      tA
        ? matMul(b, upstream, { transposeA: tB, transposeB: true, alpha })
        : matMul(upstream, b, { transposeB: !tB, alpha });
    const dB = () =>
      tB
        ? matMul(upstream, a, { transposeA: true, transposeB: tA, alpha })
        : matMul(a, upstream, { transposeA: !tA, alpha });
    return [
      wanted[0] ? dA() : undefined,
      wanted[1] ? dB() : undefined,
      ...(c === undefined ? [] : [wanted[2] ? reduceTo(upstream, c.shape) : undefined]),
    ];
  },
};

/** What is negated, if the tensor is that. */
const positive = ({ node }: Tensor): Tensor | undefined =>
  node.operator === negOperator ? node.inputs[0] : undefined;

export interface MatMulOptions extends Partial<MatMulAttributes> {
  /** Added to the product; repeated over rows where it is smaller. */
  readonly plus?: Tensor;
}

/** alpha · op(a) op(b) + plus, op a transposition where asked for. A factor's minus goes into alpha. */
export const matMul = (a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor => {
  const { transposeA = false, transposeB = false, alpha = 1, plus } = options;
  const [positiveA, positiveB] = [positive(a), positive(b)];
  if (positiveA !== undefined) return matMul(positiveA, b, { ...options, alpha: -alpha });
  if (positiveB !== undefined) return matMul(a, positiveB, { ...options, alpha: -alpha });
  return applyOne(matMulOperator, plus === undefined ? [a, b] : [a, b, plus], {
    transposeA,
    transposeB,
    alpha,
  });
};
