import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConfigSchema, type RunFile } from '../../../extension/contract/run.js';
import { analysisSchema, type RunAnalysis } from '../../../extension/engine/analyses/controls/analysis.js';
import { holographicEncoding as paper } from '../../../extension/engine/papers/2602.18649/paper.js';
import { publishedCells } from '../../../extension/engine/papers/2602.18649/published.js';
import { tablesOf } from '../../../extension/engine/papers/2602.18649/tables.js';
import { analysisOf, keptFile, readAnalysis } from '../../../extension/engine/papers/keptAnalysis.js';
import type { CellResult } from '../../../extension/engine/papers/paper.js';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { RunControl } from '../../../extension/engine/training/trainer/runControl.js';
import { train, type TrainOptions } from '../../../extension/engine/training/trainer/train.js';

const papers = resolve(import.meta.dirname, '../../../../shared/reference/PAPERS.md');
const hasPapers = existsSync(papers);
if (!hasPapers) console.warn(`${papers} is absent: the published tables are not compared with it.`);

describe.runIf(hasPapers)('the published tables', () => {
  it('are those of the fact sheet', () => {
    const text = readFileSync(papers, 'utf8');
    const names = { Base: 'baseline', Med: 'medium', Large: 'large' } as const;
    const rows = [...text.matchAll(/^\| (Base|Med|Large) (\.\d|1) \| (.*) \|$/gm)];
    expect(rows.length).toBe(publishedCells.length);
    for (const [, scale, decay, numbers] of rows) {
      const cell = publishedCells.find(
        (candidate) =>
          candidate.scale === names[scale as keyof typeof names] && candidate.decay === Number(decay),
      )!;
      const { perMatrix64, jointHalf, jointFull, trajectory3, trajectory5, baseline } = cell.accuracy;
      expect(
        [perMatrix64, jointHalf, jointFull, trajectory3, trajectory5, baseline].map((value) => value ?? NaN),
      ).toEqual(numbers!.split(' | ').map(Number));
    }
    const [, at95, at99] =
      /\*\*Table 2, k\*\(95\)\*\* for wd [^:]*: ([^\n]*?)\. \*\*k\*\(99\)\*\*: ([^\n]*?)\. /.exec(text)!;
    const ofScale = (name: string) => publishedCells.filter(({ scale }) => scale === name.toLowerCase());
    /** "Baseline 5,5,6,3,5; Medium …": scale → its list. */
    const lists = (sentence: string): [string, string][] =>
      sentence
        .split('; ')
        .map((part) => [part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1)]);
    expect(lists(at95!).map(([name]) => name)).toEqual(['Baseline', 'Medium', 'Large']);
    for (const [name, list] of lists(at95!)) {
      expect(ofScale(name).map(({ kStar95 }) => String(kStar95))).toEqual(list.split(','));
    }
    for (const [name, list] of lists(at99!)) {
      expect(
        ofScale(name).map(({ kStar99 }) =>
          typeof kStar99 === 'number' ? String(kStar99) : `>${kStar99.above}`,
        ),
      ).toEqual(list.split(','));
    }
    const [, three] = /\*\*Table 3, [^*]*\*\*: ([^\n]*?)\.\n/.exec(text)!;
    for (const [name, list] of lists(three!)) {
      // One entry for all decays where the paper gives one.
      const entries = list.split(', ');
      ofScale(name).forEach(({ rank90Percent, rank99Percent }, i) => {
        const [low, high] = rank90Percent;
        const ours = `${low === high ? low : `${low}-${high}`}/${rank99Percent}`;
        expect(ours).toBe(entries[entries.length === 1 ? 0 : i]);
      });
    }
  });
});

/** The bundle's own probe of providers is not there when sources are run. */
const onCpu: TrainOptions = {
  choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
};

const quick = paper.plan({ quick: true, seeds: [42], options: {} });
const gridOf = ({ grid, runs }: typeof quick) => {
  const names = new Set(cellsOf(grid).map(({ name }) => name));
  return runs.filter(({ name }) => names.has(name));
};
const resultsWith = (analysis?: RunAnalysis): CellResult<RunAnalysis>[] =>
  cellsOf(quick.grid).map((cell, i) => ({
    ...{ cell, inGrid: true, status: 'queued', step: 0 },
    ...(i === 0 && analysis ? { analysis } : {}),
  }));

describe('the plan', () => {
  it('is the paper’s grid, or one cell of it', () => {
    const options = { readout: 'mean', batch: 'full', pairs: 'nonzero' };
    const full = gridOf(paper.plan({ quick: false, options }));
    expect(full.map(({ scale, decay }) => `${scale} ${decay}`).sort()).toEqual(
      publishedCells.map(({ scale, decay }) => `${scale} ${decay}`).sort(),
    );
    for (const { config } of full) {
      expect(config.batch).toBe('full');
      expect(config.model).toMatchObject({ kind: 'encoder', readout: 'mean' });
      expect(config.data).toMatchObject({ tasks: ['add', 'mul', 'x2_y2'], split: { firstToken: 1 } });
    }
    expect(gridOf(quick).map(({ scale, decay }) => `${scale} ${decay}`)).toEqual(['baseline 1']);
    expect(gridOf(quick)[0]!.config).toMatchObject({
      batch: 512,
      weightDecay: 1,
      model: { readout: 'first' },
    });
    expect(quick.runs.find(({ name }) => name === 'control-add-wd0-seed42')!.config.weightDecay).toBe(0);
  });

  it('has every run once for each seed, of the weights, the batches and the split', () => {
    expect(paper.plan({ quick: true, options: {} }).grid.seeds).toEqual([42, 137, 2024]);
    const { grid, runs } = paper.plan({ quick: true, seeds: [42, 137], options: {} });
    expect(runs.length).toBe(2 * quick.runs.length);
    expect(new Set(runs.map(({ name }) => name)).size).toBe(runs.length);
    expect(grid.seeds).toEqual([42, 137]);
    for (const { seed, config } of runs) {
      expect([config.initSeed, config.batchSeed, config.data.split.seed]).toEqual([seed, seed, seed]);
    }
  });

  it('takes a part of the grid by its flags', () => {
    const part = paper.plan({ quick: false, options: { scales: 'medium,large', decays: '0.5' } });
    expect(gridOf(part).map(({ scale, decay }) => `${scale} ${decay}`)).toEqual(['medium 0.5', 'large 0.5']);
  });
});

describe('tables of runs that were not measured', () => {
  it('stay empty', () => {
    const triples = tablesOf(resultsWith()).filter(({ title }) => title.startsWith('Table'));
    expect(triples.length).toBeGreaterThan(2);
    for (const { rows } of triples) {
      const measured = rows.filter((row) => row[2] === 'measured');
      expect(measured.length).toBe(15);
      for (const row of measured) expect(row.slice(3)).toEqual(row.slice(3).map(() => '–'));
      expect(rows.some((row) => row[2]!.startsWith('null'))).toBe(false);
    }
  });
});

describe('a small run of three tasks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-reproduction-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  let run: RunFile;
  let analysis: RunAnalysis;

  beforeAll(async () => {
    const config = v.parse(runConfigSchema, {
      name: 'small',
      model: {
        ...{ kind: 'encoder', prime: 7, d: 16, layers: 2, heads: 2, dFf: 32, readout: 'first' },
        ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
      },
      data: {
        tasks: ['add', 'mul', 'x2_y2'],
        split: { method: 'python-random-shuffle', seed: 0, trainFraction: 0.7, firstToken: 0 },
      },
      batch: 32,
      maxSteps: 300,
      evaluateEvery: 100,
      checkpointEvery: 20,
    });
    run = await train({ config, out: folder, provider: 'cpu' }, new RunControl(), {}, onCpu);
    // A time of whole seconds can be set again exactly.
    const checkpoints = join(folder, 'checkpoints');
    for (const name of readdirSync(checkpoints)) utimesSync(join(checkpoints, name), 1e9, 1e9);
    analysis = await analysisOf(paper, folder, run, options);
  }, 120_000);

  it('is measured completely, once', async () => {
    expect(v.is(analysisSchema, JSON.parse(JSON.stringify(analysis)))).toBe(true);
    expect(analysis.run).toMatchObject({ lastStep: 300, checkpoints: 16 });
    expect(await readAnalysis(paper, folder, run)).toEqual(JSON.parse(JSON.stringify(analysis)));
    expect(await readAnalysis(paper, folder, { ...run, lastStep: 301 })).toBeUndefined();
  });

  it('is measured again after a new training in its folder', async () => {
    const names = readdirSync(join(folder, 'checkpoints')).sort();
    const kept = JSON.parse(readFileSync(keptFile(folder, paper), 'utf8')) as {
      ends: { name: string; modifiedMs: number }[];
    };
    expect(kept.ends.map(({ name }) => name)).toEqual([names[0], names.at(-1)]);
    const last = join(folder, 'checkpoints', names.at(-1)!);
    const { atime, mtime } = statSync(last);
    utimesSync(last, atime, new Date(mtime.getTime() + 60_000));
    expect(await readAnalysis(paper, folder, run)).toBeUndefined();
  });

  it('keeps its accuracy at full rank by every method, and energy that grows', () => {
    expect(analysis.reconstructions.map(({ method, of }) => `${method} of ${of}`).sort()).toEqual([
      'joint-svd of change',
      'joint-svd of change-without-decay',
      'joint-svd of weights',
      'per-matrix-svd of change',
      'per-matrix-svd of change-without-decay',
      'per-matrix-svd of weights',
      'trajectory-pca of change',
    ]);
    for (const { points, baseline, fullRank } of analysis.reconstructions) {
      const last = points.at(-1)!;
      expect(last.rank).toBe(fullRank);
      expect(last.testAccuracy).toEqual(analysis.testAccuracy);
      expect(baseline!.testAccuracy).toEqual(analysis.testAccuracy);
      points
        .slice(1)
        .forEach(({ energy }, i) => expect(energy).toBeGreaterThanOrEqual(points[i]!.energy - 1e-12));
    }
    expect(analysis.controls.walk.points.at(-1)!.energy).toBeCloseTo(1, 6);
    expect(analysis.controls.randomDirections.points[0]!.energy).toBeLessThan(0.02);
    expect(analysis.selectivity!.tasks.map(({ task }) => task)).toEqual(['add', 'mul', 'x2_y2']);
    for (const { equalMoves } of [
      ...analysis.selectivity!.tasks,
      ...analysis.selectivity!.aboutMean!.tasks,
    ]) {
      expect(equalMoves!.length).toBeGreaterThan(0);
      expect(Object.keys(equalMoves!.tensorByTensor)).toEqual(['add', 'mul', 'x2_y2']);
    }
    expect(analysis.energyRanks.together.rank99).toBeGreaterThan(analysis.energyRanks.together.rank90);
  });

  it('has its median and its range over seeds in a table', () => {
    const { grid } = paper.plan({ quick: true, seeds: [42, 137, 2024], options: {} });
    const cells = cellsOf(grid).slice(0, 3);
    const results = cells.map((cell, i): CellResult<RunAnalysis> => {
      const share95 = [3, undefined, 7][i];
      const kStar = { scanned: 30, ...(share95 === undefined ? {} : { share95 }) };
      return { ...{ cell, inGrid: true, status: 'finished', step: 1 }, analysis: { ...analysis, kStar } };
    });
    const table = tablesOf(results).find(({ title }) => title.endsWith('median and range over seeds'))!;
    expect(table.rows[0]!.slice(0, 5)).toEqual([
      'baseline',
      '1',
      '42, 137, 2024',
      'measured',
      '7 (3 to >30)',
    ]);
  });

  it('is in the tables and in the measurements of its cell', () => {
    const results = resultsWith(analysis);
    const [two] = tablesOf(results);
    const { share95, scanned } = analysis.kStar;
    expect(two!.rows[0]).toEqual(
      expect.arrayContaining(['measured', share95 === undefined ? `>${scanned}` : String(share95)]),
    );
    const [kStar] = paper.measurements(results[0]!);
    expect(kStar).toMatchObject({
      name: 'k*(95)',
      value: share95 ?? { above: scanned },
      nulls: [{ name: 'random walk to the same end' }, { name: 'decay and a walk to the same end' }],
      published: 5,
    });
    const five = tablesOf(results).find(({ title }) => title.startsWith('Table 5'))!;
    const drop = five.columns.indexOf('own drop of weights');
    const random = five.rows.find((row) => row.includes('null: random moves as long'))!;
    expect([five.rows[0]![drop], random[drop]]).toEqual([
      expect.stringMatching(/\d/),
      expect.stringMatching(/\d/),
    ]);
    const unmeasured = paper.measurements(results[1]!);
    expect(unmeasured.some(({ value, nulls }) => value !== undefined || nulls.length > 0)).toBe(false);
    expect(unmeasured[0]!.published).toBe(3);
  });
});
