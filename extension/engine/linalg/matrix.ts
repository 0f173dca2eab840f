import { GeometryError } from '../../contract/errors.js';

/** A dense real matrix, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` elements, row-major. */
  readonly data: Float64Array;
}

/** A matrix of zeros. */
export const zeros = (rows: number, columns: number): Matrix => ({
  rows,
  columns,
  data: new Float64Array(rows * columns),
});

/** The n × n identity. */
export const identity = (n: number): Matrix => {
  const result = zeros(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
};

/** Aᵀ as a new matrix. */
export const transpose = (a: Matrix): Matrix => {
  const data = new Float64Array(a.rows * a.columns);
  transposeInto(a, data, a.rows);
  return { rows: a.columns, columns: a.rows, data };
};

/**
 * Aᵀ into rows that begin `stride` numbers apart, at least `rows`. Goes by tiles that are as long as a few lines of the cache: a
 * plain double loop misses it at every write.
 */
export const transposeInto = (
  { rows, columns, data }: Matrix,
  target: Float64Array,
  stride: number,
): void => {
  for (let rowStart = 0; rowStart < rows; rowStart += TILE_ROWS) {
    const rowEnd = Math.min(rowStart + TILE_ROWS, rows);
    for (let columnStart = 0; columnStart < columns; columnStart += TILE_COLUMNS) {
      const columnEnd = Math.min(columnStart + TILE_COLUMNS, columns);
      for (let column = columnStart; column < columnEnd; column++) {
        const to = column * stride;
        for (let row = rowStart; row < rowEnd; row++) target[to + row] = data[row * columns + column]!;
      }
    }
  }
};

const TILE_ROWS = 32;
const TILE_COLUMNS = 8;

/** The first k columns as a matrix of their own. */
export const leadingColumns = ({ rows, columns, data }: Matrix, k: number): Matrix => {
  const result = zeros(rows, Math.min(k, columns));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < result.columns; column++) {
      result.data[row * result.columns + column] = data[row * columns + column]!;
    }
  }
  return result;
};

/** Largest absolute element, 0 for an empty matrix. */
export const maxAbs = (data: Float64Array): number => {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i]!);
    if (size > largest) largest = size;
  }
  return largest;
};

/**
 * @throws GeometryError `invalid-argument` where the length is not rows × columns, `not-finite` naming the first element
 * that is NaN or infinite. `name` is what the matrix is called in the message: a tensor's name where there is one.
 */
export const requireFinite = ({ rows, columns, data }: Matrix, name = 'The matrix'): void => {
  if (data.length !== rows * columns) {
    throw new GeometryError(
      'invalid-argument',
      `${name} says ${rows} × ${columns} but holds ${data.length} numbers.`,
    );
  }
  // x − x is 0 for every finite x and NaN otherwise: one addition an element instead of a call.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  if (sum === 0) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  throw new GeometryError(
    'not-finite',
    `${name} holds ${Number.isNaN(data[at]) ? 'NaN' : 'an infinity'} at row ${Math.floor(at / columns)}, column ${at % columns}, so it has no singular values.`,
  );
};
