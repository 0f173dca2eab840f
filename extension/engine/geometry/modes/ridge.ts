import { solvePositiveDefinite } from '../../linalg/cholesky.js';
import { gemm } from '../../linalg/gemm.js';
import type { Matrix } from '../../linalg/matrix.js';
import { transpose, zeros } from '../../linalg/matrix.js';

export interface RidgeScore {
  /** 1 − residual over total sum of squares, on the rows that were fitted. Rises with every feature, random ones too. */
  readonly inSample: number;
  /** The same on rows that were not: pooled over folds, about the mean of the rows fitted. Below 0: worse than that mean. */
  readonly heldOut: number;
}

export interface RidgeOptions {
  readonly alpha?: number;
  readonly folds?: number;
}

/**
 * Ridge regression of each of `targets` on `features` (one row a pair), intercept by centring both on the rows fitted,
 * features not scaled (2604.06256 §4.4, alpha 1). Fold of a row = index mod `folds`. A target of several columns has one
 * score, pooled over them. The targets share each fold's factorisation.
 */
export const ridgeScores = async (
  features: Matrix,
  targets: readonly Matrix[],
  { alpha = 1, folds = 5 }: RidgeOptions = {},
): Promise<RidgeScore[]> => {
  const joined = sideBySide(targets);
  const pooled = (perColumn: Float64Array): number[] => {
    let start = 0;
    return targets.map(({ columns }) => {
      const sum = perColumn.subarray(start, start + columns).reduce((total, value) => total + value, 0);
      start += columns;
      return sum;
    });
  };
  const everything = Array.from({ length: features.rows }, (_, i) => i);
  const whole = await errorsOf(features, joined, everything, everything, alpha);
  const held = { error: new Float64Array(joined.columns), deviation: new Float64Array(joined.columns) };
  for (let fold = 0; fold < folds; fold++) {
    const found = await errorsOf(
      features,
      joined,
      everything.filter((i) => i % folds !== fold),
      everything.filter((i) => i % folds === fold),
      alpha,
    );
    for (let j = 0; j < joined.columns; j++) {
      held.error[j]! += found.error[j]!;
      held.deviation[j]! += found.deviation[j]!;
    }
  }
  const shares = ({ error, deviation }: SquaredErrors): number[] => {
    const total = pooled(deviation);
    return pooled(error).map((sum, i) => 1 - sum / total[i]!);
  };
  const [inSample, heldOut] = [shares(whole), shares(held)];
  return targets.map((_, i) => ({ inSample: inSample[i]!, heldOut: heldOut[i]! }));
};

/** Per column, over the rows judged. */
interface SquaredErrors {
  readonly error: Float64Array;
  /** From the mean of the rows fitted. */
  readonly deviation: Float64Array;
}

const errorsOf = async (
  features: Matrix,
  targets: Matrix,
  fitted: readonly number[],
  judged: readonly number[],
  alpha: number,
): Promise<SquaredErrors> => {
  const [x, y] = [rowsOf(features, fitted), rowsOf(targets, fitted)];
  const [xMean, yMean] = [columnMeans(x), columnMeans(y)];
  subtract(x, xMean);
  subtract(y, yMean);
  const xt = transpose(x);
  const normal = await gemm(xt, x);
  for (let i = 0; i < normal.rows; i++) normal.data[i * normal.rows + i]! += alpha;
  const weights = solvePositiveDefinite(normal, await gemm(xt, y));
  const [xJudged, yJudged] = [rowsOf(features, judged), rowsOf(targets, judged)];
  subtract(xJudged, xMean);
  subtract(yJudged, yMean);
  const predicted = await gemm(xJudged, weights);
  const error = new Float64Array(targets.columns);
  const deviation = new Float64Array(targets.columns);
  for (let i = 0; i < predicted.data.length; i++) {
    const column = i % targets.columns;
    error[column]! += (yJudged.data[i]! - predicted.data[i]!) ** 2;
    deviation[column]! += yJudged.data[i]! ** 2;
  }
  return { error, deviation };
};

const sideBySide = (matrices: readonly Matrix[]): Matrix => {
  const rows = matrices[0]?.rows ?? 0;
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  const result = zeros(rows, columns);
  let start = 0;
  for (const matrix of matrices) {
    for (let row = 0; row < rows; row++) {
      const from = row * matrix.columns;
      result.data.set(matrix.data.subarray(from, from + matrix.columns), row * columns + start);
    }
    start += matrix.columns;
  }
  return result;
};

const rowsOf = ({ columns, data }: Matrix, chosen: readonly number[]): Matrix => {
  const result = zeros(chosen.length, columns);
  chosen.forEach((row, i) => result.data.set(data.subarray(row * columns, (row + 1) * columns), i * columns));
  return result;
};

const columnMeans = ({ rows, columns, data }: Matrix): Float64Array => {
  const means = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) means[column]! += data[row * columns + column]!;
  }
  return means.map((sum) => sum / rows);
};

const subtract = ({ rows, columns, data }: Matrix, means: Float64Array): void => {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) data[row * columns + column]! -= means[column]!;
  }
};
