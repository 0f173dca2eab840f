import { compileProducts } from './graphs.js';

const multiply = compileProducts({
  inputs: ['a', 'b'],
  output: 'product',
  products: [{ left: 'a', right: 'b', target: 'product' }],
});

const accumulate = compileProducts({
  inputs: ['a', 'b', 'sum'],
  output: 'total',
  products: [{ left: 'a', right: 'b', target: 'total', plus: 'sum' }],
});

/** Multiply-adds below which a loop ends before onnxruntime has begun. */
const LOOP_WORK = 40_000;

/** A·B for row-major A (rows × inner) and B (inner × columns), into `result`, whatever is in it. */
export const productInto = async (
  result: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Promise<void> => {
  if (rows * inner * columns > LOOP_WORK) {
    await multiply(
      { a: { rows, columns: inner, data: a }, b: { rows: inner, columns, data: b } },
      { rows, columns, data: result },
    );
    return;
  }
  result.fill(0);
  addInLoops(result, a, b, rows, inner, columns);
};

/** Adds A·B to `sum`, rows × columns; the sizes as those of {@link productInto}. */
export const addProduct = async (
  sum: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Promise<void> => {
  if (rows * inner * columns <= LOOP_WORK) {
    addInLoops(sum, a, b, rows, inner, columns);
    return;
  }
  const total = { rows, columns, data: sum };
  await accumulate(
    { a: { rows, columns: inner, data: a }, b: { rows: inner, columns, data: b }, sum: total },
    total,
  );
};

const addInLoops = (
  sum: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): void => {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inner; i++) {
      const factor = a[row * inner + i]!;
      const from = i * columns;
      const to = row * columns;
      for (let column = 0; column < columns; column++) {
        sum[to + column]! += factor * b[from + column]!;
      }
    }
  }
};

/** A·B for row-major A (rows × inner) and B (inner × columns). */
export const product = async (
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Promise<Float64Array> => {
  const result = new Float64Array(rows * columns);
  await productInto(result, a, b, rows, inner, columns);
  return result;
};
