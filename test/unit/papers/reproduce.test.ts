import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReportAddition } from '../../../extension/contract/report.js';
import type { RunAnalysis } from '../../../extension/engine/analyses/controls/analysis.js';
import { outputs, reproduce, type Results } from '../../../extension/engine/papers/reproduce.js';
import { paperOf } from '../../../extension/engine/papers/table.js';
import { readRunFile } from '../../../extension/engine/training/run/runDirectory.js';
import { inThisProcess, type TrainRun } from '../../../extension/engine/runs/engineLaunchers.js';
import { onProcessor } from '../runs/smallGrid.js';

/** The paper's own models, for three steps. */
const briefly: TrainRun = ({ config, ...request }, control, events) =>
  onProcessor({ ...request, config: { ...config, maxSteps: 3 } }, control, events);

describe('a reproduction', () => {
  const out = mkdtempSync(join(tmpdir(), 'weight-geometry-reproduce-'));
  afterAll(() => rmSync(out, { recursive: true, force: true }));
  const paper = paperOf('2602.18649')!;
  const whole = paper.plan({ quick: false, options: {} });
  const plan = { ...whole, runs: whole.runs.filter(({ name }) => /^(single-mul|control)/.test(name)) };
  const pages: ReportAddition[] = [];
  const begin = (signal: AbortSignal, trained: string[]): Promise<Results> =>
    reproduce({
      ...{ paper, plan, out, provider: 'cpu' },
      page: (report) => {
        pages.push(report);
        return Promise.resolve('a page');
      },
      launcher: inThisProcess(briefly),
      command: 'the command that goes on',
      signal,
      onRun: ({ name }) => {
        trained.push(name);
        return {};
      },
      onProgress: () => undefined,
    });

  it('is stopped after a run, keeps what it has measured, goes on where it was, and writes three views of one result', async () => {
    const stop = new AbortController();
    const first: string[] = [];
    const running = begin(stop.signal, first);
    const seen = setInterval(() => {
      if (existsSync(join(out, 'runs/single-mul-seed42/measured-2602.18649.json'))) stop.abort();
    }, 20);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    clearInterval(seen);
    expect(first[0]).toBe('single-mul-seed42');
    expect(first).not.toContain('control-add-wd0-seed42');
    const kept = statSync(join(out, 'runs/single-mul-seed42/measured-2602.18649.json')).mtimeMs;

    const again: string[] = [];
    const results = await begin(new AbortController().signal, again);
    expect(again).not.toContain('single-mul-seed42');
    expect(again).toContain('control-add-wd0-seed42');
    expect(statSync(join(out, 'runs/single-mul-seed42/measured-2602.18649.json')).mtimeMs).toBe(kept);

    const beside = results.cells.filter(({ inGrid }) => !inGrid);
    const analyses = beside.map(({ analysis }) => analysis as RunAnalysis | undefined);
    expect(analyses.map((analysis) => analysis?.run.lastStep)).toEqual([3, 3]);
    const grid = results.cells.filter(({ inGrid }) => inGrid);
    expect(grid.length).toBe(15);
    expect(grid.every(({ analysis }) => analysis === undefined)).toBe(true);
    const run = await readRunFile(join(out, 'runs/single-mul-seed42'));
    expect(run).toMatchObject({ status: 'finished', data: { tasks: ['mul'], split: { firstToken: 1 } } });

    const written = (name: keyof typeof outputs): string => readFileSync(join(out, outputs[name]), 'utf8');
    const json = JSON.parse(written('json')) as Results;
    expect(json.tables).toEqual(results.tables);
    expect(json.cells.map(({ cell }) => cell.name)).toEqual(results.cells.map(({ cell }) => cell.name));
    const view = written('markdown');
    expect(view).toContain('15 of 15 cells of the grid were not measured');
    expect(view).toContain('Of the 2 runs beside the grid 2 were measured.');
    expect(view).toContain('the command that goes on');
    expect(view).toContain('all tasks are of all 97² pairs');
    expect(view).toContain(analyses[0]!.testAccuracy.mul!.toFixed(3));
    // The page is the panel's, of the sweep's report: the same cells, and the tables.
    expect(written('page')).toBe('a page');
    const { sweep, sweepCells, sweepTables } = pages.at(-1)!;
    expect(sweep![0]!.paper).toMatchObject({ id: '2602.18649' });
    expect(sweepCells!.length).toBe(17);
    expect(sweepTables).toEqual(results.tables);
  }, 600_000);
});
