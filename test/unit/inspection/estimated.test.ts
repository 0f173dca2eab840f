import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../extension/contract/report.js';
import { inspectSettingsSchema, reportAdditionSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
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

  it('is estimated, and its intervals contain the known values', () => {
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

  it('is named in a warning', () => {
    expect(report.warnings.map(({ code }) => code)).toContain('spectra-estimated');
  });
});

describe('a spectrum requested exactly', () => {
  const first = { w: small };
  const last = { w: { shape: [3, 3], values: [3, 0, 0, 0, 7, 0, 0, 0, 1] } };
  const asked = async (path: string, matrix: string, step?: number, of?: string) => {
    const store = new ReportStore();
    const settingsOfIt = {
      matrix,
      ...(step === undefined ? {} : { step }),
      ...(of === undefined ? {} : { of }),
    };
    await inspect(
      { path, settings, analyses: [{ id: 'exact', settings: settingsOfIt }] },
      { signal, onAddition: (addition) => store.add(addition) },
    );
    return store.report()!;
  };

  it('is that of the named step and change', async () => {
    const { folder, remove } = seriesFolder({ 1: first, 2: last });
    const { spectra } = await asked(folder, 'w', 2, 'change');
    const entry = spectra.find(({ step, of }) => step === 2 && of === 'change')!;
    expect(entry.exact).toBe(true);
    expect(entry.singularValues[0]).toBeCloseTo(5, 12);
    const nowheres: [string, number?, string?][] = [['w', 3], ['u'], ['w', 1, 'change']];
    for (const nowhere of nowheres)
      await expect(asked(folder, ...nowhere)).rejects.toMatchObject({ code: 'invalid-argument' });
    remove();
  });

  it('replaces its estimate, and is not replaced by one', async () => {
    const { folder, remove } = seriesFolder({ 7: { large: large() } });
    const store = new ReportStore();
    const seen: boolean[] = [];
    const requests = [[{ id: 'exact', settings: { matrix: 'large' } }]];
    await inspect(
      { path: folder, settings },
      {
        signal,
        // Asked for before the estimate is there: what is asked for goes first.
        analyses: () => requests.shift() ?? [],
        onAddition: (addition) => {
          store.add(addition);
          seen.push(...(addition.spectra ?? []).map(({ exact }) => exact));
        },
      },
    );
    const [entry] = store.report()!.spectra;
    expect(entry).toMatchObject({ exact: true, singularValues: { length: size } });
    entry!.singularValues.forEach((value, i) => expect(value).toBeCloseTo(Math.fround(diagonal[i]!), 9));
    expect(seen.at(-1)).toBe(true);
    remove();
  }, 120_000);
});

describe('the plan of a 7-billion-parameter checkpoint', () => {
  const shapes: [string, number, number][] = [
    ['self_attn.q_proj', 4096, 4096],
    ['mlp.up_proj', 11008, 4096],
  ];
  const { matrices } = matricesOf(
    shapes.map(([name, ...shape]) => ({ name: `model.layers.0.${name}.weight`, shape })),
  );

  it('estimates every matrix of a layer, unless exact ones are requested', () => {
    const plan = planWork(matrices, 1, 5, false);
    expect([...plan.estimated]).toEqual(matrices);
    expect(plan.spectraOf).toEqual([0]);
    expect(plan.warnings.map(({ code }) => code)).toEqual(['spectra-estimated']);
    expect(planWork(matrices, 1, 5, true).estimated.size).toBe(0);
  });

  it('decomposes matrices with few singular values, and none that exceeds the memory', () => {
    expect(isEstimated({ rows: 1_000_000, columns: 64 }, false)).toBe(false);
    expect(isEstimated({ rows: 50_257, columns: 512 }, false)).toBe(true);
    expect(isEstimated({ rows: 128_256, columns: 4096 }, true)).toBe(true);
  });
});
