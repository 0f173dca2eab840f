import type { BlockReflector } from './bandReduction.js';
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

/** X ← Q X in place. */
export const applyBlockReflector = async (
  { offset, count, length, v, t }: BlockReflector,
  x: Matrix,
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

/** Reflectors of one panel of many rows: from here on products of matrices run at full speed. */
const TOGETHER = 128;

const between = compileProducts({
  inputs: ['t', 'v', 'w', 's'],
  output: 'corner',
  products: [
    { left: 'v', right: 'wᵀ', target: 'p' },
    { left: 't', right: 'p', target: 'q', alpha: -1 },
    { left: 'q', right: 's', target: 'corner' },
  ],
});

/**
 * The product of consecutive panels as one: each begins where the one before ends, and all reach to the same row. With
 * Q₁ = I − VᵀTV and Q₂ = I − WᵀSW the product has T and S on its diagonal and −T V Wᵀ S above.
 */
const merged = async (panels: readonly BlockReflector[]): Promise<BlockReflector> => {
  const [{ offset, length }] = panels as [BlockReflector];
  const count = panels.reduce((sum, panel) => sum + panel.count, 0);
  const v = new Float64Array(count * length);
  const t = new Float64Array(count * count);
  let above = 0;
  for (const panel of panels) {
    const rows = v.subarray(above * length, (above + panel.count) * length);
    for (let i = 0; i < panel.count; i++) {
      rows.set(panel.v.subarray(i * panel.length, (i + 1) * panel.length), (i + 1) * length - panel.length);
    }
    const corner = new Float64Array(above * panel.count);
    if (above > 0) {
      const soFar = new Float64Array(above * above);
      for (let i = 0; i < above; i++) soFar.set(t.subarray(i * count, i * count + above), i * above);
      await between(
        {
          t: { rows: above, columns: above, data: soFar },
          v: { rows: above, columns: length, data: v.subarray(0, above * length) },
          w: { rows: panel.count, columns: length, data: rows },
          s: { rows: panel.count, columns: panel.count, data: panel.t },
        },
        { rows: above, columns: panel.count, data: corner },
      );
    }
    for (let i = 0; i < above; i++) {
      t.set(corner.subarray(i * panel.count, (i + 1) * panel.count), i * count + above);
    }
    for (let i = 0; i < panel.count; i++) {
      t.set(panel.t.subarray(i * panel.count, (i + 1) * panel.count), (above + i) * count + above);
    }
    above += panel.count;
  }
  return { offset, count, length, v, t };
};

/** X ← Q₀ Q₁ … X, in place, for the panels of a reduction. */
export const applyBlockReflectors = async (
  reflectors: readonly BlockReflector[],
  x: Matrix,
  pause: Pause,
): Promise<void> => {
  const perTurn = Math.max(1, Math.floor(TOGETHER / (reflectors[0]?.count ?? TOGETHER)));
  for (let from = Math.floor((reflectors.length - 1) / perTurn) * perTurn; from >= 0; from -= perTurn) {
    await applyBlockReflector(await merged(reflectors.slice(from, from + perTurn)), x);
    await pause();
  }
};

/**
 * X ← H X in place, where H is the product of one side's reflectors of the chase. Equal steps of b consecutive sweeps
 * lie one row apart and form one block; later sweeps act first, and within them earlier steps.
 */
export const applyChase = (
  { b, steps }: ChaseReflectors,
  vectors: Float64Array,
  taus: Float64Array,
  x: Matrix,
  pause: Pause,
): Promise<void> => {
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
        kernels.triangularFactor(v.address, count, length, b, t.address);
        const block = {
          v: v.data.subarray(0, count * length),
          t: t.data.subarray(0, count * count),
        };
        await applyBlockReflector({ offset, count, length, ...block }, x);
      }
      await pause();
    }
  });
};
