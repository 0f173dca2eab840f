import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import type { Survey } from '../../series/survey.js';

/** Inner products of the path of one matrix, a part of one, or a tensor without a matrix. */
export interface GramPiece {
  readonly tensor: TensorInfo;
  /** Absent for vectors and scalars. */
  readonly matrix?: MatrixSpec;
  readonly gram: Matrix;
  readonly parameters: number;
  /** Pieces that do not overlap and together are all parameters: their sum is the Gram matrix of everything. */
  readonly disjoint: boolean;
  /** Whether two checkpoints may hold the same numbers here; certain where they do not. */
  readonly mayBeEqual: MayBeEqual;
}

export type MayBeEqual = (a: number, b: number) => boolean;

/** Products of one part of a tensor, or of all of it. */
export interface FoundGram {
  /** Of the rows θ_t − θ_0, and last of −θ_0. */
  readonly gram: Matrix;
  readonly mayBeEqual: MayBeEqual;
}

/** By the distance of two checkpoints in a Gram matrix of rows θ_t − θ_0. */
export const mayBeEqualBy =
  ({ rows: n, data }: Matrix): MayBeEqual =>
  (a, b) => {
    const [aa, bb, ab] = [data[a * n + a]!, data[b * n + b]!, data[a * n + b]!];
    // Equal rows have equal lengths, but for the order of additions; neighbours at the end of a run are merely near.
    return Math.abs(aa - bb) <= 1e-12 * (aa + bb) && Math.abs(aa + bb - 2 * ab) <= 1e-9 * (aa + bb);
  };

/** Each matrix of a stack has its spectrum; the trajectory is that of the stack. */
export const wholeMatrices = (survey: Survey, { name }: TensorInfo): readonly MatrixSpec[] =>
  (survey.matricesOf.get(name) ?? []).filter(({ stacked }) => stacked === undefined);

/** The pieces of a tensor from the products of its parts, or of itself where it has none. */
export const piecesOf = function* (
  tensor: TensorInfo,
  matrices: readonly MatrixSpec[],
  found: readonly FoundGram[],
): Generator<GramPiece> {
  const parts = matrices.filter(({ range }) => range !== undefined);
  if (parts.length === 0) {
    const [matrix] = matrices;
    yield {
      tensor,
      ...(matrix ? { matrix } : {}),
      ...found[0]!,
      parameters: tensor.elements,
      disjoint: true,
    };
    return;
  }
  const whole = matrices.find(({ fused }) => fused);
  yield {
    tensor,
    ...(whole ? { matrix: whole } : {}),
    gram: sumOf(found.map(({ gram }) => gram)),
    mayBeEqual: (a, b) => found.every(({ mayBeEqual }) => mayBeEqual(a, b)),
    parameters: tensor.elements,
    disjoint: false,
  };
  for (const [i, matrix] of parts.entries()) {
    yield {
      ...found[i]!,
      ...{ tensor, matrix, parameters: matrix.rows * matrix.columns, disjoint: true },
    };
  }
};

/** Sum of matrices of one size. */
const sumOf = (matrices: readonly Matrix[]): Matrix => {
  const { rows, columns } = matrices[0]!;
  const sum = zeros(rows, columns);
  for (const { data } of matrices) {
    for (let i = 0; i < data.length; i++) sum.data[i]! += data[i]!;
  }
  return sum;
};
