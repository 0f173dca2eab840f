import * as v from 'valibot';
import { histogramSchema } from './distributions.js';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

/** Mean and quantiles under the null. */
const chance = v.object({ mean: finite, q05: finite, q95: finite });

/** One singular vector pair, the largest first. */
const vectorSchema = v.object({
  singularValue: finite,
  /** Participation ratio 1/Σvᵢ⁴ of a unit vector: 1 for a single coordinate, n for n equal ones. */
  leftParticipation: finite,
  rightParticipation: finite,
  /** The entries of the first vectors; only for matrices below a size limit. */
  left: v.optional(numbers),
  right: v.optional(numbers),
});

/** The entries of one matrix at one checkpoint, reduced to fit on a page. */
export const matrixDetailSchema = v.object({
  step: finite,
  tensor: v.string(),
  part: v.optional(v.string()),
  rows: count,
  columns: count,
  /**
   * Blocks of this many rows and columns, the last ones smaller; row-major. 1 × 1 for a small
   * matrix.
   */
  blocks: v.object({
    rowsPerBlock: count,
    columnsPerBlock: count,
    rows: count,
    columns: count,
    mean: numbers,
    /** Root of the mean square. */
    rms: numbers,
  }),
  mean: finite,
  sd: finite,
  histogram: histogramSchema,
  /** Euclidean norms of rows and columns in order; the null is that of shuffled entries. */
  rowNorms: numbers,
  columnNorms: numbers,
  rowNull: chance,
  columnNull: chance,
  /** Absent if the matrix is too large for an immediate decomposition. */
  vectors: v.optional(v.array(vectorSchema)),
  /** (n + 2)/3: the participation ratio of a random direction in n dimensions. */
  vectorNull: v.object({ left: finite, right: finite }),
});
export type MatrixDetail = v.InferOutput<typeof matrixDetailSchema>;

export const matrixDetails = section(matrixDetailSchema, (e) => `${e.step}|${e.tensor}|${e.part ?? ''}`);
