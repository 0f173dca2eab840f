import { compileProducts } from './graphs.js';

const multiply = compileProducts({
  inputs: ['a', 'b'],
  output: 'product',
  products: [{ left: 'a', right: 'b', target: 'product' }],
});

/** Multiply-adds below which a loop ends before onnxruntime has begun. */
const LOOP_WORK = 40_000;

/** A·B for row-major A (rows × inner) and B (inner × columns). */
export const product = async (
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): Promise<Float64Array> => {
  const result = new Float64Array(rows * columns);
  if (rows * inner * columns > LOOP_WORK) {
    await multiply(
      { a: { rows, columns: inner, data: a }, b: { rows: inner, columns, data: b } },
      { rows, columns, data: result },
    );
    return result;
  }
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inner; i++) {
      const factor = a[row * inner + i]!;
      const from = i * columns;
      const to = row * columns;
      for (let column = 0; column < columns; column++) {
        result[to + column]! += factor * b[from + column]!;
      }
    }
  }
  return result;
};
