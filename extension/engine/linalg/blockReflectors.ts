import type { BlockReflector } from './bandReduction.js';
import { BANDWIDTH } from './bandReduction.js';
import type { ChaseReflectors } from './bandToBidiagonal.js';
import { compileProducts } from './graphs.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import type { Pause } from '../ground/work/pause.js';

const reflect = compileProducts({
  inputs: ['v', 't', 'x'],
  output: 'reflected',
  products: [
    { left: 'v', right: 'x', target: 'p' },
    { left: 't', right: 'p', target: 'q' },
    { left: 'vᵀ', right: 'q', target: 'reflected', plus: 'x', alpha: -1 },
  ],
});

const applyOne = async (
  x: Matrix,
  offset: number,
  count: number,
  length: number,
  v: Float64Array,
  t: Float64Array,
): Promise<void> => {
  const slice = {
    rows: length,
    columns: x.columns,
    data: x.data.subarray(offset * x.columns, (offset + length) * x.columns),
  };
  await reflect(
    { v: { rows: count, columns: length, data: v }, t: { rows: count, columns: count, data: t }, x: slice },
    slice,
  );
};

/** X ← Q₀ Q₁ … X, in place. */
export const applyBlockReflectors = async (
  reflectors: readonly BlockReflector[],
  x: Matrix,
  pause: Pause,
): Promise<void> => {
  for (const { offset, count, length, v, t } of reflectors.toReversed()) {
    await applyOne(x, offset, count, length, v, t);
    await pause();
  }
};

/**
 * X ← H X in place, where H is the product of one side's reflectors of the chase. Equal steps of 32 consecutive sweeps
 * lie one row apart and form one block of 63 rows; later sweeps act first, and within them earlier steps.
 */
export const applyChase = (
  { steps }: ChaseReflectors,
  vectors: Float64Array,
  taus: Float64Array,
  x: Matrix,
  pause: Pause,
): Promise<void> => {
  const b = BANDWIDTH;
  const n = x.rows;
  const tall = 2 * b - 1;
  return withWorkspace(2, b * tall + b * b, async ({ kernels, allocate }) => {
    const v = allocate(b * tall);
    const t = allocate(b * b);
    const sweeps = n - 1;
    for (let firstSweep = Math.floor((sweeps - 1) / b) * b; firstSweep >= 0; firstSweep -= b) {
      const count = Math.min(b, sweeps - firstSweep);
      for (let step = 0; firstSweep + 1 + step * b < n; step++) {
        const offset = firstSweep + 1 + step * b;
        const length = Math.min(b + count - 1, n - offset);
        v.data.fill(0);
        for (let i = 0; i < count; i++) {
          const slot = (firstSweep + i) * steps + step;
          const size = Math.min(b, length - i);
          t.data[i * count + i] = size > 0 ? taus[slot]! : 0;
          if (size > 0) v.data.set(vectors.subarray(slot * b, slot * b + size), i * length + i);
        }
        kernels.triangularFactor(v.address, count, length, t.address);
        await applyOne(
          x,
          offset,
          count,
          length,
          v.data.subarray(0, count * length),
          t.data.subarray(0, count * count),
        );
      }
      await pause();
    }
  });
};
