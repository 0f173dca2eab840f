import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../extension/contract/report.js';
import { inspectSettingsSchema, reportAdditionSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { refine } from '../../../extension/engine/inspection/refine.js';
import { isEstimated, planWork } from '../../../extension/engine/analyses/workPolicy.js';
import { matricesOf } from '../../../extension/engine/geometry/matrices.js';
import { seriesFolder } from './seriesFixture.js';

const size = 2100;
/** A diagonal matrix: its entries are its singular values. */
const diagonal = Array.from({ length: size }, (_, i) => 1 + 20 * Math.exp(-i / 10));
const large = () => {
  const values = new Array<number>(size * size).fill(0);
  diagonal.forEach((value, i) => (values[i * size + i] = value));
  return { shape: [size, size], values };
};
const small = { shape: [3, 3], values: [3, 0, 0, 0, 2, 0, 0, 0, 1] };
const settings = v.parse(inspectSettingsSchema, {});
const { signal } = new AbortController();

describe('a matrix too large to decompose', () => {
  const { folder, remove } = seriesFolder({ 7: { large: large(), small } });
  let report: Report;
  beforeAll(async () => {
    const store = new ReportStore();
    const onAddition = (addition: unknown) => store.add(v.parse(reportAdditionSchema, addition));
    await inspect({ path: folder, settings }, { signal, onAddition });
    report = store.report()!;
  }, 120_000);
  afterAll(remove);

  it('is estimated, within intervals that hold what is known of it', () => {
    const entry = report.spectra.find(({ tensor }) => tensor === 'large')!;
    expect(entry.exact).toBe(false);
    expect(entry.method).toContain('estimated');
    const exact = diagonal.map(Math.fround);
    entry.singularValues.forEach((value, i) => {
      expect(Math.abs(value - exact[i]!)).toBeLessThanOrEqual(entry.errorBound);
    });
    const squares = exact.reduce((sum, value) => sum + value * value, 0);
    const total = exact.reduce((sum, value) => sum + value, 0);
    const truth = {
      spectralNorm: exact[0]!,
      stableRank: squares / exact[0]! ** 2,
      nuclearNorm: total,
      effectiveRank: Math.exp(
        exact.reduce((sum, value) => sum - (value / total) * Math.log(value / total), 0),
      ),
      aboveUpperEdge: exact.filter((value) => value > entry.nulls.marchenkoPastur!.upperEdge).length,
    };
    for (const [name, value] of Object.entries(truth)) {
      const [low, high] = entry.intervals![name]!;
      expect(low).toBeLessThanOrEqual(value * (1 + 1e-12));
      expect(high).toBeGreaterThanOrEqual(value * (1 - 1e-12));
    }
    expect(entry.frobeniusNorm).toBeCloseTo(Math.sqrt(squares), 9);
    expect(report.spectra.find(({ tensor }) => tensor === 'small')!.exact).toBe(true);
  });

  it('is spoken of in a warning', () => {
    expect(report.warnings.map(({ code }) => code)).toContain('spectra-estimated');
  });
});

describe('refining', () => {
  const first = { w: small };
  const last = { w: { shape: [3, 3], values: [3, 0, 0, 0, 7, 0, 0, 0, 1] } };

  it('gives the exact spectrum that was asked for', async () => {
    const { folder, remove } = seriesFolder({ 1: first, 2: last });
    const entry = await refine({ path: folder, settings }, { step: 2, tensor: 'w', of: 'change' }, signal);
    expect(entry).toMatchObject({ step: 2, of: 'change', exact: true });
    expect(entry.singularValues[0]).toBeCloseTo(5, 12);
    const nowhere = refine({ path: join(folder), settings }, { step: 3, tensor: 'w', of: 'change' }, signal);
    await expect(nowhere).rejects.toMatchObject({ code: 'invalid-argument' });
    remove();
  });
});

describe('the plan of a 7-billion-parameter checkpoint', () => {
  const shapes: [string, number, number][] = [
    ['self_attn.q_proj', 4096, 4096],
    ['mlp.up_proj', 11008, 4096],
  ];
  const { matrices } = matricesOf(
    shapes.map(([name, ...shape]) => ({ name: `model.layers.0.${name}.weight`, shape })),
  );

  it('estimates every matrix of a layer, unless exact ones are wanted', () => {
    const plan = planWork(matrices, 1, 5, false);
    expect([...plan.estimated]).toEqual(matrices);
    expect(plan.spectraOf).toEqual([0]);
    expect(plan.warnings.map(({ code }) => code)).toEqual(['spectra-estimated']);
    expect(planWork(matrices, 1, 5, true).estimated.size).toBe(0);
  });

  it('decomposes what has few singular values, and never what no memory holds', () => {
    expect(isEstimated({ rows: 1_000_000, columns: 64 }, false)).toBe(false);
    expect(isEstimated({ rows: 50_257, columns: 512 }, false)).toBe(true);
    expect(isEstimated({ rows: 128_256, columns: 4096 }, true)).toBe(true);
  });
});
