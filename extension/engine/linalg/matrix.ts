/** A dense real matrix, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` elements, row-major. */
  readonly data: Float64Array;
}
