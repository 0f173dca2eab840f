import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decayOf } from '../../../extension/engine/analyses/trajectory/decayOf.js';
import { trainingRecord } from '../../../extension/engine/series/trainingRecord.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-record-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('says what decay leaves between two steps where of the start it leaves nothing', async () => {
  writeFileSync(path.join(folder, 'run-info.json'), JSON.stringify({ lr: 0.01, weight_decay: 1 }));
  const training = (await trainingRecord(folder))!;
  const steps = [0, 100, 100_000, 100_100, 200_000];
  expect(training.keptAfter(100_000)).toBe(0);
  expect(training.keptBetween(100_000, 100_100)).toBeCloseTo(0.99 ** 100, 15);
  const { kept, between } = decayOf({ steps, start: { products: [], squared: 1 }, training })!;
  expect(kept).toEqual([1, expect.closeTo(0.99 ** 100, 15), 0, 0, 0]);
  expect(between).toEqual([expect.closeTo(0.99 ** 100, 15), 0, expect.closeTo(0.99 ** 100, 15), 0]);
});
