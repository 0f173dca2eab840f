import type { Warning } from '../../contract/report.js';
import type { MatrixSpec } from '../geometry/matrices.js';

/**
 * Multiply-adds of one dense decomposition, but for a factor: rows × columns × the smaller of them.
 */
export const decompositionCost = ({ rows, columns }: Pick<MatrixSpec, 'rows' | 'columns'>): number =>
  rows * columns * Math.min(rows, columns);

/** Beyond this many elements a matrix is not held in memory as float64 together with its decomposition. */
const mostElements = 6e6;
/** Budgets in units of {@link decompositionCost}; a million million is in the order of minutes. */
const spectraBudget = 4e11;
const nullBudget = 2e11;
const angleBudget = 5e10;

/** How much of the decompositions an inspection does by itself. */
export interface WorkPlan {
  /** Indices of checkpoints whose spectra are computed, the last first, then the first, then ever finer between. */
  readonly spectraOf: readonly number[];
  /** Of these, the ones whose spectra get shuffled nulls. */
  readonly nullsOf: ReadonlySet<number>;
  /** Indices of checkpoints, ascending, between neighbours of which angles are measured; none when too dear. */
  readonly anglesOf: readonly number[];
  readonly matrices: readonly MatrixSpec[];
  /** What is left out, and why: nothing is missing without a word. */
  readonly warnings: readonly Warning[];
}

/** Plans the decompositions of a series of `checkpoints` whose `matrices` are all wanted, with `draws` shuffles each. */
export const planWork = (
  all: readonly MatrixSpec[],
  checkpoints: number,
  draws: number,
  exactWanted: boolean,
): WorkPlan => {
  const matrices = exactWanted ? all : all.filter(({ rows, columns }) => rows * columns <= mostElements);
  const perCheckpoint = 2 * matrices.reduce((sum, matrix) => sum + decompositionCost(matrix), 0);
  const order = coarseToFine(checkpoints);
  const affordable = (budget: number, cost: number): number =>
    exactWanted ? checkpoints : Math.max(1, Math.min(checkpoints, Math.floor(budget / Math.max(1, cost))));
  const spectra = affordable(spectraBudget, perCheckpoint);
  const nullsWanted = perCheckpoint * draws <= nullBudget || exactWanted;
  const nulls = nullsWanted ? affordable(nullBudget, perCheckpoint * draws) : 0;
  const angles = exactWanted || perCheckpoint * checkpoints <= angleBudget;
  const kept = order.slice(0, spectra);
  return {
    spectraOf: kept,
    nullsOf: new Set(order.slice(0, nulls)),
    anglesOf: angles && checkpoints > 1 ? Array.from({ length: checkpoints }, (_, t) => t) : [],
    matrices,
    warnings: [
      ...all
        .filter((matrix) => !matrices.includes(matrix))
        .map(({ tensor, rows, columns }) => ({
          code: 'spectrum-left-out',
          message: `The spectrum of ${tensor} (${rows} × ${columns}) is left out, as the matrix is very large; --tensors with its name and the setting "exact" compute it.`,
          tensor,
        })),
      ...(spectra < checkpoints && matrices.length > 0
        ? [
            {
              code: 'spectra-thinned',
              message: `Spectra are computed for ${spectra} of ${checkpoints} checkpoints, the last among them, as the matrices are large; choose fewer tensors to see all.`,
            },
          ]
        : []),
      ...(nulls < spectra && matrices.length > 0
        ? [
            {
              code: 'shuffled-null-left-out',
              message: `The shuffled null is computed for the spectra of ${nulls} of ${checkpoints} checkpoints, as the matrices are large; the Marchenko–Pastur edges are there for all.`,
            },
          ]
        : []),
      ...(!angles && checkpoints > 1 && matrices.length > 0
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

/** 0 … n − 1 so that every prefix is spread evenly: the last, the first, the middle, the quarters, … */
export const coarseToFine = (n: number): number[] => {
  const order = new Set<number>(n > 0 ? [n - 1, 0] : []);
  for (let parts = 2; order.size < n; parts *= 2) {
    for (let i = parts - 1; i > 0; i -= 2) order.add(Math.round((i * (n - 1)) / parts));
  }
  return [...order];
};
