import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  inspectSettingsSchema,
  type ReportAddition,
  type SpectrumEntry,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { spectraOf } from '../../../extension/engine/analyses/spectra/spectra.js';
import { planWork } from '../../../extension/engine/analyses/workPolicy.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';
import { findSeries } from '../../../extension/engine/series/source.js';
import { survey } from '../../../extension/engine/series/survey.js';
import { TensorValues } from '../../../extension/engine/series/tensorValues.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-factored-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const [ROWS, COLUMNS] = [4200, 4000];
const MODULE = 'base_model.model.layers.0.self_attn.q_proj';

interface Factors {
  readonly rows: number;
  readonly columns: number;
  /** B, rows × rank, and A, rank × columns. */
  readonly up: Float32Array;
  readonly down: Float32Array;
}

/** An adapter of one module, α/r = 2. */
const saveAdapter = (place: string, module: string, { rows, columns, up, down }: Factors): void => {
  const rank = up.length / rows;
  const header = {
    [`${module}.lora_A.weight`]: { dtype: 'F32', shape: [rank, columns], data_offsets: [0, down.byteLength] },
    [`${module}.lora_B.weight`]: {
      dtype: 'F32',
      shape: [rows, rank],
      data_offsets: [down.byteLength, down.byteLength + up.byteLength],
    },
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  mkdirSync(place);
  writeFileSync(
    path.join(place, 'adapter_model.safetensors'),
    Buffer.concat([length, text, Buffer.from(down.buffer), Buffer.from(up.buffer)]),
  );
  const config = { peft_type: 'LORA', r: rank, lora_alpha: 2 * rank };
  writeFileSync(path.join(place, 'adapter_config.json'), JSON.stringify(config));
};

/** An adapter whose factors have one entry for each of its singular values. */
const writeAdapter = (place: string, values: readonly number[]): void => {
  const rank = values.length;
  const up = new Float32Array(ROWS * rank);
  const down = new Float32Array(rank * COLUMNS);
  values.forEach((value, k) => {
    up[k * rank + k] = value;
    down[k * COLUMNS + k] = 1;
  });
  saveAdapter(place, MODULE, { rows: ROWS, columns: COLUMNS, up, down });
};

/** Entries without a pattern, the same on every machine. */
const entries = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => {
    const x = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return x - Math.floor(x) - 0.5;
  });

const productOf = ({ rows, columns, up, down }: Factors): Float64Array =>
  Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const rank = up.length / rows;
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += up[row * rank + k]! * down[k * columns + column]!;
    return 2 * sum;
  });

describe('spectra of small adapters', () => {
  it.each([
    ['thin factors', 60, 40, [4, 4]],
    ['a rank above the size', 9, 40, [16, 16]],
    ['a rank that falls', 60, 40, [8, 4]],
    ['a rank that rises', 60, 40, [4, 8]],
    ['a fused module', 96, 32, [8, 4]],
  ])('of %s are those of the product, to 1e-12 of σ1', async (kind, rows, columns, ranks) => {
    const module = MODULE.replace(
      'self_attn.q_proj',
      kind === 'a fused module' ? 'attn.c_attn' : 'self_attn.q_proj',
    );
    const steps = ranks.map((rank, i) => {
      const [up, down] = [entries(rows * rank, 1 + i), entries(rank * columns, 3 + i)];
      return { rows, columns, up, down };
    });
    steps.forEach((factors, i) => saveAdapter(path.join(folder, `checkpoint-${i + 1}`), module, factors));
    const store = new ReportStore();
    await inspect(
      { path: folder, settings: v.parse(inspectSettingsSchema, { shuffleDraws: 4 }) },
      { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
    );
    const { spectra } = store.report()!;
    const products = steps.map(productOf);
    const change = products[1]!.map((value, i) => value - products[0]![i]!);
    // Q, K and V of a fused module are thirds of its rows.
    const parts = kind === 'a fused module' ? [undefined, 'Q', 'K', 'V'] : [undefined];
    expect(spectra).toHaveLength(3 * parts.length);
    for (const entry of spectra) {
      expect(entry.method).toMatch(/^QR of both factors/);
      const whole = entry.of === 'change' ? change : products[entry.step - 1]!;
      const third = parts.indexOf(entry.part) - 1;
      const data =
        third < 0 ? whole : whole.slice(third * entry.rows * columns, (third + 1) * entry.rows * columns);
      const { values } = await singularValues({ rows: entry.rows, columns, data });
      expect(entry.singularValues).toHaveLength(values.length);
      for (const [i, value] of values.entries())
        expect(Math.abs(entry.singularValues[i]! - value)).toBeLessThan(1e-12 * values[0]!);
      // Shuffles keep the entries, and so their norm, of which the report has five digits; draws of the law keep it within 1 %.
      const { draws, law } = entry.nulls.shuffled!;
      expect(draws).toBe(4);
      const ratio = entry.nulls.frobeniusNorm!.mean / entry.frobeniusNorm;
      expect(Math.abs(ratio - 1)).toBeLessThan(law === undefined ? 1e-4 : 0.01);
    }
  });

  it('without shuffles never form the product', async () => {
    const factors = { rows: 60, columns: 40, up: entries(240, 1), down: entries(160, 2) };
    saveAdapter(path.join(folder, 'checkpoint-1'), MODULE, factors);
    const { signal } = new AbortController();
    const found = await survey(await findSeries(folder, signal), signal);
    const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 0 });
    const plan = planWork(found.matrices, 1, 0, false);
    const spectra: SpectrumEntry[] = [];
    const emit = (addition: ReportAddition): void => void spectra.push(...(addition.spectra ?? []));
    const values = new TensorValues(found);
    const read = vi.spyOn(values, 'of');
    try {
      for await (const { fraction } of spectraOf(
        { survey: found, values, plan, settings, signal, emit },
        [0],
      ))
        expect(fraction).toBeLessThanOrEqual(1);
    } finally {
      await found.pool.close();
    }
    expect(spectra).toHaveLength(1);
    expect(read).not.toHaveBeenCalled();
  });
});

it('spectra of a large adapter are computed from its factors, of the update and of its change', async () => {
  writeAdapter(path.join(folder, 'checkpoint-1'), [3, 2, 1]);
  writeAdapter(path.join(folder, 'checkpoint-2'), [5, 1, 1]);
  const { signal } = new AbortController();
  const found = await survey(await findSeries(folder, signal), signal);
  const settings = v.parse(inspectSettingsSchema, {});
  const plan = planWork(found.matrices, 2, settings.shuffleDraws, false);
  const spectra: SpectrumEntry[] = [];
  const emit = (addition: ReportAddition): void => void spectra.push(...(addition.spectra ?? []));
  const values = new TensorValues(found);
  try {
    let done = 0;
    for await (const { fraction } of spectraOf(
      { survey: found, values, plan, settings, signal, emit },
      [0, 1],
    ))
      done = fraction;
    expect(done).toBe(1);
  } finally {
    await found.pool.close();
  }
  const leading = (step: number, of: string): number[] =>
    spectra.find((entry) => entry.step === step && entry.of === of)!.singularValues.slice(0, 4);
  const near = (...wanted: number[]): unknown => wanted.map((value) => expect.closeTo(value, 12) as unknown);
  // α/r is 2; the change is diagonal with 4, −2 and 0.
  expect(leading(1, 'weights')).toEqual(near(6, 4, 2, 0));
  expect(leading(2, 'weights')).toEqual(near(10, 2, 2, 0));
  expect(leading(2, 'change')).toEqual(near(4, 2, 0, 0));
  for (const entry of spectra) {
    expect(entry).toMatchObject({ exact: true, rows: ROWS, columns: COLUMNS });
    const squares = entry.singularValues.reduce((sum, value) => sum + value * value, 0);
    const sum = entry.of === 'change' ? 2 * (2 - 1) : entry.step === 1 ? 2 * 6 : 2 * 7;
    const size = ROWS * COLUMNS;
    expect(entry.nulls.marchenkoPastur!.variance / (squares / size - (sum / size) ** 2)).toBeCloseTo(1, 10);
  }
  expect(plan.warnings.map(({ code }) => code)).toContain('spectra-from-factors');
  expect(plan.warnings.map(({ code }) => code)).not.toContain('spectra-estimated');
});
