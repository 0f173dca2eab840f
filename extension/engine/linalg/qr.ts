import type { BlockReflector } from './bandReduction.js';
import { BANDWIDTH } from './bandReduction.js';
import { compileProducts } from './graphs.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import { zeros } from './matrix.js';
import type { Pause } from '../ground/work/pause.js';

/** A = Q·[R; 0] with Q = reflectors[0]·reflectors[1]… and R upper triangular, n × n. */
export interface Qr {
  readonly reflectors: readonly BlockReflector[];
  readonly r: Matrix;
}

const project = compileProducts({
  inputs: ['v', 't', 'c'],
  output: 'y',
  products: [
    { left: 'v', right: 'c', target: 'p' },
    { left: 'tᵀ', right: 'p', target: 'y' },
  ],
});

const subtract = compileProducts({
  inputs: ['v', 'y', 'c'],
  output: 'updated',
  products: [{ left: 'vᵀ', right: 'y', target: 'updated', plus: 'c', alpha: -1 }],
});

/** Blocked Householder QR of an m × n matrix, m ≥ n. Reflectors are kept where `keep` is set. */
export const qr = (matrix: Matrix, keep: boolean, pause: Pause): Promise<Qr> => {
  const { rows, columns } = matrix;
  const b = BANDWIDTH;
  return withWorkspace(
    5,
    rows * columns + b * (rows + columns) + 2 * b * b,
    async ({ kernels, allocate }) => {
      const r = zeros(columns, columns);
      const reflectors: BlockReflector[] = [];
      const c = allocate(rows * columns);
      c.data.set(matrix.data);
      const v = allocate(b * rows);
      const y = allocate(b * columns);
      const top = allocate(b * b);
      const t = allocate(b * b);
      let m = rows;
      for (let offset = 0; offset < columns; offset += b) {
        const n = columns - offset;
        const p = Math.min(b, n);
        kernels.columnsAsRows(c.address, m, n, p, v.address);
        kernels.factorPanel(v.address, p, m, top.address, t.address);
        for (let i = 0; i < p; i++) {
          for (let j = 0; j <= i; j++) r.data[(offset + j) * columns + offset + i] = top.data[i * p + j]!;
        }
        if (keep) {
          reflectors.push({
            offset,
            count: p,
            length: m,
            v: v.data.slice(0, p * m),
            t: t.data.slice(0, p * p),
          });
        }
        if (n > p) {
          const rest = n - p;
          // The panel's columns leave, then the whole of what is left is updated and its first p rows belong to R.
          for (let i = 0; i < m; i++) c.data.copyWithin(i * rest, i * n + p, (i + 1) * n);
          const trailing = { rows: m, columns: rest, data: c.data.subarray(0, m * rest) };
          const vView = { rows: p, columns: m, data: v.data.subarray(0, p * m) };
          const yView = { rows: p, columns: rest, data: y.data.subarray(0, p * rest) };
          const tView = { rows: p, columns: p, data: t.data.subarray(0, p * p) };
          await project({ v: vView, t: tView, c: trailing }, yView);
          await subtract({ v: vView, y: yView, c: trailing }, trailing);
          for (let i = 0; i < p; i++) {
            r.data.set(trailing.data.subarray(i * rest, (i + 1) * rest), (offset + i) * columns + offset + p);
          }
          c.data.copyWithin(0, p * rest, m * rest);
        }
        m -= p;
        await pause();
      }
      return { reflectors, r };
    },
  );
};
