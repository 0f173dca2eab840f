import { GeometryError } from '../../contract/errors.js';
import type { Matrix } from './matrix.js';
import { zeros } from './matrix.js';

/** The Gram matrix X·Xᵀ of T long rows that are read in pieces, each piece once. */
export class GramAccumulator {
  readonly #sums: Matrix;

  constructor(readonly rows: number) {
    this.#sums = zeros(rows, rows);
  }

  /**
   * Adds the products over one piece of the columns: `piece[t]` holds the same `length` columns of row t.
   * The piece may be overwritten once the promise has resolved.
   */
  async add(piece: readonly Float64Array[], length = piece[0]?.length ?? 0): Promise<void> {
    if (piece.length !== this.rows || piece.some((row) => row.length < length)) {
      throw new GeometryError(
        'invalid-argument',
        `A piece must hold ${length} numbers of each of ${this.rows} rows.`,
      );
    }
    for (let i = 0; i < this.rows; i++) {
      for (let j = 0; j <= i; j++) {
        const left = piece[i]!;
        const right = piece[j]!;
        let sum = 0;
        for (let column = 0; column < length; column++) sum += left[column]! * right[column]!;
        this.#sums.data[i * this.rows + j]! += sum;
        if (i !== j) this.#sums.data[j * this.rows + i]! += sum;
      }
    }
    return Promise.resolve();
  }

  /** T × T, of all pieces so far. */
  result(): Matrix {
    return { rows: this.rows, columns: this.rows, data: this.#sums.data.slice() };
  }
}
