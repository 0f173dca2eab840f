import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchGrowing } from '../../../extension/host/inspector/growingFiles.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-growing-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('tells of each file that grows, of a log beside a database, and of nothing once it is disposed of', async () => {
  const [csv, database] = ['metrics.csv', 'grok.db'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  writeFileSync(csv, 'step,loss\n');
  writeFileSync(database, 'x');
  let told = 0;
  const watch = watchGrowing([csv, database], () => told++, { soonestMs: 10, rarestMs: 20 });
  await pause(100);
  expect(told).toBe(0);
  appendFileSync(csv, '1,2\n');
  await expect.poll(() => told).toBe(1);
  writeFileSync(`${database}-wal`, 'y');
  await expect.poll(() => told).toBe(2);
  rmSync(csv);
  await expect.poll(() => told).toBe(3);
  watch.dispose();
  appendFileSync(database, 'z');
  await pause(100);
  expect(told).toBe(3);
});
