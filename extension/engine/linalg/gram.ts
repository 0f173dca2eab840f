import { GeometryError } from '../../contract/errors.js';
import { compileProducts } from './graphs.js';
import type { Matrix } from './matrix.js';
import { zeros } from './matrix.js';

/** Numbers that one product takes: 2 MB stay in the cache between copying and multiplying. */
const CHUNK = 2 ** 18;
const LONGEST = 8192;
const SHORTEST = 64;

const accumulate = compileProducts({
  inputs: ['x', 'sum'],
  output: 'total',
  products: [{ left: 'x', right: 'xᵀ', target: 'total', plus: 'sum' }],
});

/**
 * The Gram matrix X·Xᵀ of T long rows that are read in pieces, each piece once, in float64. It costs about as much as
 * reading the numbers from a file does (README). Whoever reads may write straight into {@link piece}.
 */
export class GramAccumulator {
  /** T views, each with room for `pieceLength` columns, where the next piece may be written before {@link add}. */
  readonly piece: readonly Float64Array[];
  readonly #columns: Matrix;
  readonly #sums: Matrix;

  constructor(
    readonly rows: number,
    readonly pieceLength: number = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(CHUNK / rows))),
  ) {
    this.#sums = zeros(rows, rows);
    this.#columns = zeros(rows, pieceLength);
    this.piece = Array.from({ length: rows }, (_, row) =>
      this.#columns.data.subarray(row * pieceLength, (row + 1) * pieceLength),
    );
  }

  /**
   * Adds the products over one piece of the columns: `piece[t]` holds the same `length` columns of row t. It may be
   * overwritten once the promise has resolved. @throws GeometryError `invalid-argument` where the piece does not fit.
   */
  async add(piece: readonly Float64Array[], length = piece[0]?.length ?? 0): Promise<void> {
    if (piece.length !== this.rows || piece.some((row) => row.length < length)) {
      throw new GeometryError(
        'invalid-argument',
        `A piece must hold ${length} numbers of each of ${this.rows} rows.`,
      );
    }
    for (let from = 0; from < length; from += this.pieceLength) {
      const size = Math.min(this.pieceLength, length - from);
      this.piece.forEach((target, row) => {
        if (piece[row] !== target) target.set(piece[row]!.subarray(from, from + size));
        // Zeros add nothing, and spare the last, shorter piece a layout of its own.
        if (size < this.pieceLength) target.fill(0, size);
      });
      await accumulate({ x: this.#columns, sum: this.#sums }, this.#sums);
    }
  }

  /** T × T, of all pieces so far; symmetric to the last bit. */
  result(): Matrix {
    const { rows } = this;
    const sums = this.#sums.data;
    const data = new Float64Array(rows * rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) data[i * rows + j] = sums[Math.max(i, j) * rows + Math.min(i, j)]!;
    }
    return { rows, columns: rows, data };
  }
}
