import { eigenComponents } from '../eigenComponents.js';
import type { Matrix } from '../matrix.js';

/** A projection onto a Krylov space, and the starting block in its basis: see `KrylovView`. */
export interface Projection {
  readonly projected: Matrix;
  readonly startFactor: Matrix;
}

/**
 * The Gauss quadrature that a projection gives for each start: nodes are square roots of its eigenvalues, descending, and
 * `weights` (starts × nodes) the squares of a start's components.
 */
export const quadrature = async ({ projected, startFactor }: Projection) => {
  const starts = startFactor.rows;
  const { values, components } = await eigenComponents(projected, starts);
  const n = values.length;
  const weights = new Float64Array(starts * n);
  for (let start = 0; start < starts; start++) {
    const row = weights.subarray(start * n, (start + 1) * n);
    for (let i = 0; i <= start; i++) {
      const factor = startFactor.data[i * starts + start]!;
      for (let node = 0; node < n; node++) row[node]! += factor * components.data[i * n + node]!;
    }
    for (let node = 0; node < n; node++) row[node]! *= row[node]!;
  }
  const nodes = values.map((value) => Math.sqrt(Math.max(value, 0)));
  return { answer: { nodes, weights }, transfer: [nodes.buffer, weights.buffer] as ArrayBuffer[] };
};
