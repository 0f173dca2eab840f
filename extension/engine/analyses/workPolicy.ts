import type { Warning } from '../../contract/report.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import { effortFor } from '../linalg/policy.js';

type Size = Pick<MatrixSpec, 'rows' | 'columns' | 'rank'>;

/** Multiply-adds of one dense decomposition, up to a factor: rows × columns × the smaller of them. */
export const decompositionCost = ({ rows, columns }: Size): number =>
  rows * columns * Math.min(rows, columns);

/**
 * An estimate passes over its matrix about a dozen times: the cost of a decomposition with this many columns.
 */
const estimateColumns = 320;
/** Number of values below which spectra are never estimated. */
const fewestEstimated = 128;
/** Element limit of matrices in memory (float64 plus workspace), unless exact precision is requested. */
const mostHeld = 1.6e7;

/** Whether the spectrum of a matrix of this size is estimated. */
export const isEstimated = ({ rows, columns }: Size, exactWanted: boolean): boolean => {
  if (Math.min(rows, columns) < fewestEstimated) return false;
  const isTooLarge = !exactWanted && rows * columns > mostHeld;
  return isTooLarge || effortFor(rows, columns, 'spectrum', { exact: exactWanted }) === 'estimated';
};

/** What the estimate of a spectrum costs, in the same unit. */
export const estimateCost = ({ rows, columns }: Size): number => rows * columns * estimateColumns;

/** Two QR factorisations of thin factors. */
const factoredCost = ({ rows, columns }: Size, rank: number): number => (rows + columns) * rank * rank;

const spectrumCost = (size: Size, estimated: boolean): number => {
  if (size.rank !== undefined) return factoredCost(size, 2 * size.rank);
  return estimated ? estimateCost(size) : decompositionCost(size);
};

/**
 * Whether a matrix is too large for memory and is a product of thin factors, which give its spectrum exactly.
 */
const isFactored = (matrix: Size): boolean => matrix.rank !== undefined && isEstimated(matrix, false);

/** Budgets in units of {@link decompositionCost}; 1e12 takes minutes. */
const spectraBudget = 4e11;
const nullBudget = 2e11;
const angleBudget = 5e10;

/** Draws of a random step of the same size per pair of checkpoints, and the maximum number of such pairs. */
export const angleDraws = 3;
const mostAngleNulls = 12;

/** The decompositions that an inspection does without request. */
export interface WorkPlan {
  /** Indices of checkpoints with spectra: the last, the first, then ever finer between. */
  readonly spectraOf: readonly number[];
  /** Those of them with shuffled nulls. */
  readonly nullsOf: ReadonlySet<number>;
  /** Indices of checkpoints, ascending, whose neighbours are compared by angles; none if too expensive. */
  readonly anglesOf: readonly number[];
  /** Those of them with the null of random steps of the same size, see {@link angleDraws}. */
  readonly angleNullsOf: ReadonlySet<number>;
  readonly matrices: readonly MatrixSpec[];
  /** Those of them that are not held in memory: their spectra are estimated, or computed from thin factors. */
  readonly estimated: ReadonlySet<MatrixSpec>;
  /** What the spectra of one checkpoint cost, in units of {@link decompositionCost}. */
  readonly costPerCheckpoint: number;
  /** What is estimated or left out, and why. Nothing is left out silently. */
  readonly warnings: readonly Warning[];
}

/** Plans the decompositions of a series of `checkpoints` with these matrices, with `draws` shuffles each. */
export const planWork = (
  matrices: readonly MatrixSpec[],
  checkpoints: number,
  draws: number,
  exactWanted: boolean,
): WorkPlan => {
  const estimated = new Set(
    matrices.filter((matrix) => isFactored(matrix) || isEstimated(matrix, exactWanted)),
  );
  const guessed = [...estimated].filter((matrix) => !isFactored(matrix));
  const factored = matrices.filter(isFactored);
  const exact = matrices.filter((matrix) => !estimated.has(matrix));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const exactCost = 2 * sum(exact.map(decompositionCost));
  const costPerCheckpoint = 2 * sum(matrices.map((matrix) => spectrumCost(matrix, estimated.has(matrix))));
  const order = coarseToFine(checkpoints);
  const affordable = (budget: number, cost: number): number =>
    exactWanted ? checkpoints : Math.max(1, Math.min(checkpoints, Math.floor(budget / Math.max(1, cost))));
  const spectra = affordable(spectraBudget, costPerCheckpoint);
  const nullsWanted = exactCost * draws <= nullBudget || exactWanted;
  const nulls = nullsWanted ? Math.min(spectra, affordable(nullBudget, exactCost * draws)) : 0;
  const angles = exactWanted || exactCost * checkpoints <= angleBudget;
  const angleNulls = angles ? Math.min(mostAngleNulls, affordable(angleBudget, exactCost * angleDraws)) : 0;
  return {
    spectraOf: order.slice(0, spectra),
    nullsOf: new Set(order.slice(0, nulls)),
    anglesOf: angles && checkpoints > 1 ? Array.from({ length: checkpoints }, (_, t) => t) : [],
    angleNullsOf: new Set(order.filter((index) => index > 0).slice(0, angleNulls)),
    matrices,
    estimated,
    costPerCheckpoint,
    warnings: [
      ...(guessed.length > 0 ? [estimatedWarning(guessed, exactWanted)] : []),
      ...(factored.length > 0 ? [factoredWarning(factored)] : []),
      ...(spectra < checkpoints && matrices.length > 0
        ? [
            {
              code: 'spectra-thinned',
              message: `Spectra are computed for ${spectra} of ${checkpoints} checkpoints, the last among them, as the matrices are large; choose fewer tensors to see all.`,
            },
          ]
        : []),
      ...(nulls < spectra && exact.length > 0
        ? [
            {
              code: 'shuffled-null-left-out',
              message: `The shuffled null is computed for the spectra of ${nulls} of ${checkpoints} checkpoints, as the matrices are large; the Marchenko–Pastur edges are there for all.`,
            },
          ]
        : []),
      ...(!angles && checkpoints > 1 && exact.length > 0
        ? [
            {
              code: 'angles-left-out',
              message:
                'Principal angles are left out, as the matrices are large; choose fewer tensors to see them.',
            },
          ]
        : []),
    ],
  };
};

const estimatedWarning = (estimated: readonly MatrixSpec[], exactWanted: boolean): Warning => {
  const [first] = estimated;
  const { tensor, rows, columns } = first!;
  const others = estimated.length > 1 ? ` and of ${estimated.length - 1} more` : '';
  return {
    code: 'spectra-estimated',
    message:
      `The spectrum of ${tensor} (${rows} × ${columns})${others} is estimated, with intervals and without shuffles and angles, as the matrix is very large; ` +
      (exactWanted
        ? 'exactly it would not fit into memory.'
        : 'it can be computed exactly on demand (--exact).'),
    tensor,
  };
};

const factoredWarning = (factored: readonly MatrixSpec[]): Warning => {
  const [first] = factored;
  const { tensor, rows, columns, rank } = first!;
  const others = factored.length > 1 ? ` and of ${factored.length - 1} more` : '';
  return {
    code: 'spectra-from-factors',
    message: `The spectrum of ${tensor} (${rows} × ${columns})${others} is computed from its factors of rank ${rank!}, exactly and without shuffles and angles, as the product is very large.`,
    tensor,
  };
};

/**
 * 0 … n − 1 in an order whose every prefix is evenly spread: the last, the first, the middle, the quarters, …
 */
export const coarseToFine = (n: number): number[] => {
  const order = new Set<number>(n > 0 ? [n - 1, 0] : []);
  for (let parts = 2; order.size < n; parts *= 2) {
    for (let i = parts - 1; i > 0; i -= 2) order.add(Math.round((i * (n - 1)) / parts));
  }
  return [...order];
};
