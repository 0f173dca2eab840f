import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  type ReportAddition,
  type SpectrumEntry,
} from '../../../extension/contract/report.js';
import { spectraOf } from '../../../extension/engine/analyses/spectra/spectra.js';
import { planWork } from '../../../extension/engine/analyses/workPolicy.js';
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

/** An adapter whose factors have one entry for each of its singular values. */
const writeAdapter = (place: string, values: readonly number[]): void => {
  const rank = values.length;
  const up = new Float32Array(ROWS * rank);
  const down = new Float32Array(rank * COLUMNS);
  values.forEach((value, k) => {
    up[k * rank + k] = value;
    down[k * COLUMNS + k] = 1;
  });
  const header = {
    [`${MODULE}.lora_A.weight`]: { dtype: 'F32', shape: [rank, COLUMNS], data_offsets: [0, down.byteLength] },
    [`${MODULE}.lora_B.weight`]: {
      dtype: 'F32',
      shape: [ROWS, rank],
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
