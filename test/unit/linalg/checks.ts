import { gemm } from '../../../extension/engine/linalg/gemm.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { transpose } from '../../../extension/engine/linalg/matrix.js';

/** Numbers in [−1, 1) that are the same on every machine (Park and Miller's generator). */
export const randomMatrix = (rows: number, columns: number, seed: number): Matrix => {
  let state = (seed % 2147483646) + 1;
  const data = Float64Array.from({ length: rows * columns }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
  return { rows, columns, data };
};

/** Largest |QᵀQ − I|. */
export const orthogonalityDefect = async (q: Matrix): Promise<number> => {
  const product = await gemm(transpose(q), q);
  return product.data.reduce(
    (worst, value, at) => Math.max(worst, Math.abs(value - (at % (q.columns + 1) === 0 ? 1 : 0))),
    0,
  );
};

/** U·diag(σ)·Vᵀ. */
export const composed = (u: Matrix, values: Float64Array, v: Matrix): Promise<Matrix> =>
  gemm({ ...u, data: u.data.map((x, at) => x * values[at % u.columns]!) }, transpose(v));

/** ‖A − B‖_F. */
export const distance = (a: Matrix, b: Matrix): number =>
  Math.hypot(...chunks(a.data.map((x, at) => x - b.data[at]!)));

const chunks = (data: Float64Array): number[] => {
  const lengths: number[] = [];
  for (let from = 0; from < data.length; from += 4096) {
    lengths.push(Math.hypot(...data.subarray(from, from + 4096)));
  }
  return lengths;
};

/** An orthogonal matrix, by a method that shares nothing with the tested ones: Gram and Schmidt, twice. */
export const randomOrthogonal = (n: number, seed: number): Matrix => {
  const { data } = randomMatrix(n, n, seed);
  for (let i = 0; i < n; i++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        let overlap = 0;
        for (let k = 0; k < n; k++) overlap += data[i * n + k]! * data[j * n + k]!;
        for (let k = 0; k < n; k++) data[i * n + k]! -= overlap * data[j * n + k]!;
      }
    }
    let square = 0;
    for (let k = 0; k < n; k++) square += data[i * n + k]! ** 2;
    for (let k = 0; k < n; k++) data[i * n + k]! /= Math.sqrt(square);
  }
  return { rows: n, columns: n, data };
};
