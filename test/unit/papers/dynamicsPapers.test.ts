import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { descriptorSchema } from '../../../extension/contract/descriptor.js';
import type { RunFile } from '../../../extension/contract/run.js';
import type { CellResult } from '../../../extension/engine/papers/paper.js';
import { paperOf } from '../../../extension/engine/papers/table.js';
import { cellsOf, type Cell } from '../../../extension/engine/runs/grid.js';
import { publishedOnset, publishedPath } from '../../../extension/engine/papers/2602.16746/published.js';
import { reference } from '../references.js';

const authors = (name: string): unknown => JSON.parse(readFileSync(reference(name), 'utf8'));

describe("the authors' numbers of 2602.16746", () => {
  it('are those of their file of paths', () => {
    const rows = authors('published-pc1-2602.16746.json') as Record<string, number | string>[];
    for (const { op, wd, seed, layer, ...shares } of rows) {
      const found = publishedPath({ task: String(op), decay: Number(wd), seed: Number(seed) })!;
      for (const role of ['Q', 'K', 'V', 'O']) {
        expect(100 * found.get(`layer${layer}.${role}`)!).toBeCloseTo(Number(shares[`pc1_W${role}`]), 1.9);
      }
    }
    expect(publishedPath({ task: 'add', decay: 0.5, seed: 42 })).toBeUndefined();
  });

  it('are those of their file of defects', () => {
    const { runs } = authors('published-defect-2602.16746.json') as {
      runs: {
        op: string;
        seed: number;
        onset_step: number;
        grok_step: number | null;
        defect_median: number[];
      }[];
    };
    for (const { op, seed, onset_step: onset, grok_step: grokStep, defect_median: defects } of runs) {
      const task = op.replace('_nowd', '');
      const found = publishedOnset({ task, decay: op.endsWith('_nowd') ? 0 : 1, seed })!;
      expect(found.onset).toBe(onset);
      expect(found.grokStep).toBe(grokStep ?? undefined);
      expect(Math.abs(found.largest - Math.max(...defects))).toBeLessThanOrEqual(0.5);
    }
  });
});

describe.each(['2602.16746', '2604.06256'])('the plan of %s', (id) => {
  const paper = paperOf(id)!;

  it('has runs of different names, all of the seeds asked for', () => {
    for (const quick of [true, false]) {
      const { runs } = paper.plan({ quick, seeds: [7, 8], options: {} });
      const names = runs.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { seed, config } of runs) {
        expect([7, 8]).toContain(seed);
        expect([config.initSeed, config.batchSeed, config.data.split.seed]).toEqual([seed, seed, seed]);
      }
    }
  });

  it('trains each task that groks, multiplication without zero, and in quick no more than 20,000 steps', () => {
    const { runs: all } = paper.plan({ quick: true, options: {} });
    const runs = all.filter((run) => run.tasks.length === 1);
    const tasks = runs.filter(({ decay }) => decay === 1).map((run) => run.tasks[0]);
    for (const task of ['add', 'sub', 'mul', 'x2_y2'] as const) {
      expect(tasks).toContain(task);
      const { config } = runs.find((run) => run.tasks[0] === task)!;
      expect(config.data.split.firstToken).toBe(task === 'mul' ? 1 : 0);
    }
    // Runs that grok stop by themselves near step 3000.
    const atMost = runs.reduce((sum, { config }) => sum + Math.min(config.maxSteps, 3500), 0);
    expect(atMost).toBeLessThanOrEqual(21_000);
  });
});

describe('what is asked for besides a quick plan', () => {
  const names = (id: string, options: Readonly<Record<string, string>>): string[] =>
    paperOf(id)!
      .plan({ quick: true, seeds: [7, 8], options })
      .runs.map(({ name }) => name);

  it('is every task without decay, or three tasks on one trunk for every seed', () => {
    const added = (options: Readonly<Record<string, string>>): string[] =>
      names('2604.06256', options).filter((name) => !names('2604.06256', {}).includes(name));
    const short = ['baseline-sub', 'baseline-x2_y2', 'mul'].flatMap((task) =>
      [7, 8].map((seed) => `short-${task}-wd0-seed${seed}`),
    );
    expect(added({ controls: 'all' }).sort()).toEqual(short.sort());
    expect(added({ trunks: 'all' })).toEqual(['add+mul+x2_y2-wd1-seed8']);
  });

  it('is a weight decay', () => {
    const both = names('2602.16746', { decays: '1,0' });
    expect(both.filter((name) => !names('2602.16746', {}).includes(name)).length).toBe(4 * 2);
  });
});

describe('tables of a quick run with all controls', () => {
  const paper = paperOf('2604.06256')!;
  const { grid, runs } = paper.plan({ quick: true, seeds: [7, 8], options: { controls: 'all' } });
  const unmeasured = (cells: readonly Cell[], inGrid: boolean): CellResult[] =>
    cells.map((cell) => ({ cell, inGrid, status: 'queued', step: 0 }));
  const names = new Set(cellsOf(grid).map(({ name }) => name));
  const results = [
    ...unmeasured(cellsOf(grid), true),
    ...unmeasured(
      runs.filter(({ name }) => !names.has(name)),
      false,
    ),
  ];

  it('have one row for each task, decay and seed: the runs cut short in the place of the long ones', () => {
    const [decline] = paper.tables(results);
    const measured = decline!.rows
      .filter((row) => row.includes('measured'))
      .map((row) => row.slice(0, 3).join(' '));
    expect(measured).toHaveLength(4 * 2 * 2);
    expect(new Set(measured).size).toBe(measured.length);
    expect(decline!.notes.join(' ')).toContain('3000 steps');
  });
});

describe('three tasks on one trunk, with two seeds', () => {
  const paper = paperOf('2604.06256')!;
  const { runs } = paper.plan({ quick: true, seeds: [7, 8], options: { trunks: 'all' } });
  /** v₁ with a concentration over a + b, and nothing else. */
  const edgeOf = (concentration: number) => ({
    ...{ updateSpectra: [], gapDeclines: [], modeNulls: [], modeRidge: [] },
    modes: [{ direction: 'v1', sign: 1, bases: { 'a+b': { concentration, peak: 5 } } }],
  });
  const values: Readonly<Record<string, number>> = {
    'x2_y2 7': 0.1,
    'x2_y2 8': 0.2,
    'trunk 7': 0.25,
    'trunk 8': 0.1,
  };
  const results = runs
    .filter(({ decay }) => decay === 1)
    .map((cell) => ({
      ...{ cell, inGrid: true, status: 'finished', step: 10 },
      analysis: edgeOf(values[`${cell.tasks.length > 1 ? 'trunk' : cell.tasks[0]} ${cell.seed}`] ?? 0.3),
    })) as unknown as CellResult[];

  it('are compared with x² + y² alone seed by seed', () => {
    const tables = paper.tables(results);
    const inherited = tables.find(({ title }) => title.startsWith('One task and three'))!;
    expect(inherited.rows.slice(0, 2).map((row) => row.slice(1, 5))).toEqual([
      ['7', '0.10', '0.25', '2.50'],
      ['8', '0.20', '0.10', '0.50'],
    ]);
    const headline = tables.find(({ title }) => title === 'The headline factors')!;
    expect(headline.rows.filter(([name]) => name!.includes('trunk')).map((row) => row[2])).toEqual([
      '2.50',
      '0.50',
    ]);
  });
});

const sample = resolve(import.meta.dirname, '../../../media/sample-series');

/** The run record that the sample series would have. */
const sampleRun = (): RunFile => {
  const { model, data } = v.parse(
    descriptorSchema,
    JSON.parse(readFileSync(join(sample, 'weight-geometry.json'), 'utf8')),
  );
  const { config } = paperOf('2602.16746')!.plan({ quick: true, options: {} }).runs[0]!;
  return {
    schema: 'weight-geometry/run@1',
    config: { ...config, name: 'sample', model, data },
    ...{ model, data },
    provider: { name: 'cpu', tf32: false, passedOver: [] },
    versions: {},
    status: 'finished',
    lastStep: 3800,
    grokStep: 3400,
  };
};

describe.each(['2602.16746', '2604.06256'])('%s measured of the sample series', (id) => {
  const paper = paperOf(id)!;
  let results: CellResult[];
  beforeAll(async () => {
    const run = sampleRun();
    const analysis = await paper.measure(sample, run, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    expect(v.is(paper.schema, JSON.parse(JSON.stringify(analysis)))).toBe(true);
    const { runs } = paper.plan({ quick: true, options: {} });
    results = runs.map((cell) => ({
      ...{ cell, inGrid: true, status: 'finished', step: 3800, run },
      ...(cell.tasks[0] === 'sub' ? {} : { analysis, grokStep: 3400 }),
    }));
  }, 300_000);

  it('has a value and a null in most measurements, and published numbers of runs that were not measured', () => {
    const measured = results.find(({ cell }) => cell.tasks.length === 1);
    const found = paper.measurements(measured!);
    expect(found.length).toBeGreaterThan(8);
    expect(found.filter(({ value }) => value !== undefined).length).toBeGreaterThan(found.length / 2);
    expect(found.filter(({ nulls }) => nulls.length > 0).length).toBeGreaterThan(found.length / 2);
    const absent = results.find(({ analysis }) => analysis === undefined)!;
    for (const { value, nulls } of paper.measurements(absent)) {
      expect(value).toBeUndefined();
      expect(nulls).toEqual([]);
    }
  });

  it('splits the energy of v₁, and compares several tasks with one', () => {
    if (id !== '2604.06256') return;
    const energy = paper.measurements(results.find(({ cell }) => cell.tasks[0] === 'x2_y2')!);
    for (const name of ['gradient, first window', 'gradient, at grok', 'gradient, last window']) {
      const found = energy.find((measurement) => measurement.name === name)!;
      for (const value of [found.value, found.nulls[0]!.value] as number[]) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(1);
      }
    }
    const several = paper.tables(results).find(({ title }) => title.startsWith('One task and three'))!;
    // Both are measured of one series here: every factor is 1.
    const concentration = several.rows.find(([name]) => name === 'F over a + b, v₁')!;
    expect(concentration[several.columns.indexOf('factor')]).toBe('1.00');
    expect(several.rows.length).toBe(5);
  });

  it('stands in tables whose rows have a cell for every column', () => {
    const tables = paper.tables(results);
    expect(tables.length).toBeGreaterThan(3);
    for (const { title, columns, rows } of tables) {
      expect(rows.length, title).toBeGreaterThan(0);
      for (const row of rows) expect(row, title).toHaveLength(columns.length);
    }
    const unmeasured = results.map(({ cell, inGrid, status, step }) => ({ cell, inGrid, status, step }));
    for (const { title, columns } of paper.tables(unmeasured)) {
      expect(columns.length, title).toBeGreaterThan(0);
    }
  });
});
