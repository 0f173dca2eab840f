import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  reportAdditionSchema,
  type Report,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const side = 8;

/** Checkpoints of two 8 × 8 float64 tensors: a mask of the lowest float64 and zeros, and plain weights. */
const folderOf = (steps: readonly number[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  folders.push(folder);
  const bytes = 8 * side ** 2;
  const tensor = (at: number) => ({ dtype: 'F64', shape: [side, side], data_offsets: [at, at + bytes] });
  const text = JSON.stringify({ mask: tensor(0), weight: tensor(bytes) });
  const head = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  for (const step of steps) {
    const mask = Float64Array.from({ length: side ** 2 }, (_, i) => (i % 2 ? 0 : -Number.MAX_VALUE));
    const weight = Float64Array.from({ length: side ** 2 }, (_, i) => Math.sin(i + step));
    writeFileSync(
      join(folder, `step_${step}.safetensors`),
      Buffer.concat([length, head, Buffer.from(mask.buffer), Buffer.from(weight.buffer)]),
    );
  }
  return folder;
};

/** Every addition is one that the window accepts. */
const inspected = async (path: string): Promise<Report> => {
  const store = new ReportStore();
  await inspect(
    { path, settings: v.parse(inspectSettingsSchema, {}) },
    {
      signal: new AbortController().signal,
      onAddition: (addition) => store.add(v.parse(reportAdditionSchema, addition)),
    },
  );
  return store.report()!;
};

describe('values too large to square', () => {
  it.each([[[100]], [[100, 200]]])('are named, and the other tensors measured: steps %j', async (steps) => {
    const report = await inspected(folderOf(steps));
    const ofWeights = report.spectra.filter(({ of }) => of === 'weights');
    expect(ofWeights.map(({ tensor }) => tensor)).toEqual(steps.map(() => 'weight'));
    expect(report.distributions.map(({ tensor }) => tensor).sort()).toEqual(['mask', 'weight']);
    for (const { histogram } of report.distributions)
      expect(histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(side ** 2);
    const named = report.warnings.filter(({ code }) => code === 'not-finite').map(({ tensor }) => tensor);
    expect(named).toEqual(steps.map(() => 'mask'));
  });
});
