import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepTable } from '../../../extension/text/sweepTable.js';
import { inspectSettingsSchema, type Report } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { openEvaluate } from '../../../extension/engine/evaluation/openEvaluate.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { inThisProcess } from '../../../extension/engine/runs/engineLaunchers.js';
import { runSweep } from '../../../extension/engine/runs/runSweep.js';
import { beginSweep, runFolder } from '../../../extension/engine/runs/sweepFile.js';
import { onProcessor, smallGrid } from './smallGrid.js';

const place = mkdtempSync(path.join(tmpdir(), 'weight-geometry-inspect-sweep-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const sweep = path.join(place, 'sweep');
const cacheFolder = path.join(place, 'cache');
const cells = cellsOf(smallGrid);

const inspected = async (
  folder: string,
  options: { readonly measures: boolean; readonly onProgress?: (text: string) => void },
  signal = new AbortController().signal,
): Promise<Report> => {
  const store = new ReportStore();
  await inspect(
    { path: folder, settings: v.parse(inspectSettingsSchema, {}), cacheFolder },
    {
      signal,
      onAddition: (addition) => store.add(addition),
      onProgress: ({ text }) => options.onProgress?.(text),
      ...(options.measures ? { evaluator: openEvaluate } : {}),
    },
  );
  return store.report()!;
};

describe('the report of a sweep', () => {
  beforeAll(async () => {
    await beginSweep(sweep, smallGrid);
    const { signal } = new AbortController();
    await runSweep(sweep, cells.slice(0, 2), {
      signal,
      provider: 'cpu',
      launcher: inThisProcess(onProcessor),
    });
  });

  it('has the axes, and every run where it stands; what was not measured stays empty', async () => {
    const report = await inspected(sweep, { measures: false });
    expect(report.sweep).toEqual([
      {
        name: 'small',
        path: path.join(sweep, 'sweep.json'),
        scales: ['narrow', 'wide'],
        decays: [0.1, 1],
        seeds: [1],
        tasks: [['add', 'mul']],
      },
    ]);
    expect(report.checkpoints).toEqual([]);
    expect(report.sweepCells.map(({ name }) => name)).toEqual(cells.map(({ name }) => name));
    expect(report.sweepCells.map(({ status, step, of }) => [status, step, of])).toEqual([
      ['finished', 60, 60],
      ['finished', 60, 60],
      ['queued', 0, 60],
      ['queued', 0, 60],
    ]);
    expect(report.sweepCells[0]!.path).toBe(runFolder(sweep, cells[0]!));
    // Only folders that are there can be opened.
    expect(report.sweepCells[2]).not.toHaveProperty('path');
    expect(report.sweepCells.some(({ measured }) => measured !== undefined)).toBe(false);
    // Numbers of the paper stand beside the paper's grid alone.
    expect(report.sweepCells.every(({ measurements }) => measurements.length === 0)).toBe(true);
    expect(report.sweepTables).toEqual([]);
  });

  it('measures finished runs one by one, keeps that out of their folders, and does not measure twice', async () => {
    const said: string[] = [];
    const report = await inspected(sweep, { measures: true, onProgress: (text) => said.push(text) });
    const [first, second, ...others] = report.sweepCells;
    for (const cell of [first!, second!]) {
      expect(cell.measured!.step).toBe(60);
      expect(cell.measured!.reconstructions.map(({ method, of }) => `${method} of ${of}`).sort()).toEqual([
        'joint-svd of change',
        'joint-svd of change-without-decay',
        'joint-svd of weights',
        'per-matrix-svd of change',
        'per-matrix-svd of change-without-decay',
        'per-matrix-svd of weights',
        'trajectory-pca of change',
      ]);
      // Of any sweep the run's measurements have their nulls, and no paper's numbers.
      const [kStar] = cell.measurements;
      expect(kStar).toMatchObject({
        name: 'k*(95)',
        nulls: [{ name: 'random walk to the same end' }, { name: 'decay and a walk to the same end' }],
      });
      expect(kStar).not.toHaveProperty('published');
      // All components together are the run itself.
      const trajectory = cell.measured!.reconstructions.find(({ method }) => method === 'trajectory-pca')!;
      expect(trajectory.points.at(-1)!.testAccuracy).toEqual(cell.measured!.testAccuracy);
    }
    expect(others.every(({ measured }) => measured === undefined)).toBe(true);
    expect(said.some((text) => text.startsWith('Reconstructions: 1 of 2 runs'))).toBe(true);
    expect(readdirSync(runFolder(sweep, cells[0]!))).not.toContain('measured-2602.18649.json');

    said.length = 0;
    const again = await inspected(sweep, { measures: true, onProgress: (text) => said.push(text) });
    expect(said).toEqual([]);
    expect(again.sweepCells).toEqual(report.sweepCells);
  });

  it('reads as a table in a terminal, a dash for what was not measured', async () => {
    const lines = sweepTable(await inspected(sweep, { measures: true })).split('\n');
    expect(lines[0]).toBe('small: 4 runs, 2 finished');
    const line = (name: string) => lines.find((text) => text.startsWith(name))!;
    expect(line(cells[0]!.name)).toMatch(/finished +60 +60/);
    expect(line(cells[3]!.name)).toMatch(/queued +0 +60( +–){2} +0\.\d+( +–){6}$/);
  });

  it('ends when it is cancelled', async () => {
    const stop = new AbortController();
    rmSync(cacheFolder, { recursive: true, force: true });
    const cancelled = inspected(sweep, { measures: true, onProgress: () => stop.abort() }, stop.signal);
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('names a run beside the grid, and passes over a folder that is none', async () => {
    const run = runFolder(sweep, cells[0]!);
    const beside = path.join(sweep, 'runs', 'control');
    mkdirSync(beside);
    writeFileSync(path.join(beside, 'run.json'), readFileSync(path.join(run, 'run.json')));
    mkdirSync(path.join(sweep, 'runs', 'notes'));
    const { sweepCells } = await inspected(sweep, { measures: false });
    expect(sweepCells.map(({ name, inGrid }) => [name, inGrid]).slice(4)).toEqual([['control', false]]);
  });

  it("leaves another program's file of that name alone", async () => {
    const other = path.join(place, 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'sweep.json'), '{"method": "bayes"}');
    const missing = inspected(other, { measures: false });
    await expect(missing).rejects.toMatchObject({ code: 'no-checkpoints' });
  });
});
