import { blockLanczos, type KrylovView } from './blockLanczos.js';
import { gemm } from './gemm.js';
import { matrixOperator } from './linearOperator.js';
import type { Matrix } from './matrix.js';
import { transpose } from './matrix.js';
import { pauseFor } from '../ground/work/pause.js';
import { symmetricEigen } from './symmetricEigen.js';

/** Vectors in the block beyond those that are wanted: they keep the wanted ones apart from the rest. */
const SPARE = 12;
const MOST_STEPS = 12;
const SEED = 20_260_101;

/** An eigenvalue is within ‖G·y − θ·y‖ of θ; found is what lies within this share of the largest. */
const TOLERANCE = 1e-10;

/**
 * The `count` largest squared singular values of A, descending, by block Lanczos on AᵀA; undefined where the residuals
 * of one of them stay above {@link TOLERANCE}·σ₁² after a dozen steps: the whole spectrum must then be asked for.
 * Values of a cluster that the random start does not touch can be missed only with probability 0.
 * @throws GeometryError `cancelled`.
 */
export const leadingSquares = async (
  a: Matrix,
  count: number,
  signal?: AbortSignal,
): Promise<Float64Array | undefined> => {
  const pause = pauseFor(signal);
  for await (const view of blockLanczos(matrixOperator(a), count + SPARE, MOST_STEPS, SEED, pause)) {
    if (view.steps < 3 && !view.exhausted) continue;
    const { values, vectors } = await symmetricEigen(view.projected, { vectors: true });
    const residuals = await residualsOf(view, vectors!, count);
    if (view.exhausted || residuals.every((residual) => residual <= TOLERANCE * values[0]!)) {
      return values.slice(0, count).map((value) => Math.max(0, value));
    }
  }
  return undefined;
};

/** ‖G·y − θ·y‖ of the first Ritz vectors: the remainder of the last step times their last coefficients. */
const residualsOf = async (view: KrylovView, vectors: Matrix, count: number): Promise<number[]> => {
  const { starts, remainder } = view;
  const last = {
    rows: starts,
    columns: vectors.columns,
    data: vectors.data.slice(-starts * vectors.columns),
  };
  const outside = transpose(await gemm(remainder, last));
  return Array.from({ length: count }, (_, j) => {
    const column = outside.data.subarray(j * outside.columns, (j + 1) * outside.columns);
    return Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
  });
};
