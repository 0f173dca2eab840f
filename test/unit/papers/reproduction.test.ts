import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConfigSchema, type RunFile } from '../../../extension/contract/run.js';
import { analysisSchema, type RunAnalysis } from '../../../extension/engine/analyses/controls/analysis.js';
import { analysisOf, readAnalysis } from '../../../extension/engine/papers/2602.18649/keptAnalysis.js';
import { markdown } from '../../../extension/engine/papers/2602.18649/markdown.js';
import { page } from '../../../extension/engine/papers/2602.18649/page.js';
import { planOf, quickPart, wholeGrid } from '../../../extension/engine/papers/2602.18649/plan.js';
import { publishedCells } from '../../../extension/engine/papers/2602.18649/published.js';
import { cellResult, type Results } from '../../../extension/engine/papers/2602.18649/results.js';
import { tablesOf } from '../../../extension/engine/papers/2602.18649/tables.js';
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
      expect(ofScale(name).map(({ kStar99 }) => String(kStar99))).toEqual(list.split(','));
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

const quick = planOf({ readout: 'first', batch: 512, pairs: 'all' }, quickPart);
const resultsWith = (analysis?: RunAnalysis): Results => {
  const [cell] = quick.gridCells;
  const results = quick.gridCells.map((each) =>
    cellResult(each, undefined, each === cell ? analysis : undefined),
  );
  const others = planOf({ readout: 'first', batch: 512, pairs: 'all' }, wholeGrid).gridCells.slice(1);
  return {
    schema: 'weight-geometry/reproduction@1',
    paper: '2602.18649',
    choices: { readout: 'first', batch: 512, pairs: 'all' },
    versions: { weightGeometry: '1' },
    machine: 'a machine',
    created: '2026-01-01T00:00:00Z',
    command: 'weight-geometry reproduce 2602.18649 --out "<b>"',
    grid: [...results, ...others.map((each) => cellResult(each, undefined, undefined))],
    singles: quick.singles.map((each) => cellResult(each, undefined, undefined)),
    control: cellResult(quick.control, undefined, undefined),
  };
};

describe('the plan', () => {
  it('is the paper’s grid, or of it one cell', () => {
    const full = planOf({ readout: 'mean', batch: 'full', pairs: 'nonzero' }, wholeGrid);
    expect(full.gridCells.map(({ scale, decay }) => `${scale} ${decay}`).sort()).toEqual(
      publishedCells.map(({ scale, decay }) => `${scale} ${decay}`).sort(),
    );
    for (const { config } of full.gridCells) {
      expect(config.batch).toBe('full');
      expect(config.model).toMatchObject({ kind: 'encoder', readout: 'mean' });
      expect(config.data.tasks).toEqual(['add', 'mul', 'x2_y2']);
    }
    expect(quick.gridCells.map(({ scale, decay }) => `${scale} ${decay}`)).toEqual(['baseline 1']);
    expect(quick.gridCells[0]!.config).toMatchObject({
      batch: 512,
      weightDecay: 1,
      model: { readout: 'first' },
    });
    expect(quick.control.config.weightDecay).toBe(0);
  });
});

describe('tables of runs that were not measured', () => {
  it('fill nothing in', () => {
    for (const { title, rows } of tablesOf(resultsWith())) {
      if (title === 'Runs') continue;
      const measured = rows.filter((row) => row[2] === 'measured');
      expect(measured.length).toBeGreaterThan(0);
      for (const row of measured) expect(row.slice(3)).toEqual(row.slice(3).map(() => '–'));
      expect(rows.some((row) => row[2] === 'null')).toBe(false);
    }
    expect(markdown(resultsWith())).toContain('15 of 15 cells of the grid were not measured');
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
    analysis = await analysisOf(folder, run, options);
  });

  it('is measured whole, once', async () => {
    expect(v.is(analysisSchema, JSON.parse(JSON.stringify(analysis)))).toBe(true);
    expect(analysis.run).toMatchObject({ lastStep: 300, checkpoints: 16 });
    expect(await readAnalysis(folder, run)).toEqual(JSON.parse(JSON.stringify(analysis)));
    expect(await readAnalysis(folder, { ...run, lastStep: 301 })).toBeUndefined();
  });

  it('is measured again when it was trained anew in its folder, and not when an older measurement is younger than its files', async () => {
    const names = readdirSync(join(folder, 'checkpoints')).sort();
    expect(analysis.ends!.map(({ name }) => name)).toEqual([names[0], names.at(-1)]);
    const last = join(folder, 'checkpoints', names.at(-1)!);
    const { atime, mtime } = statSync(last);
    const later = new Date(mtime.getTime() + 60_000);
    const kept = join(folder, 'reconstruction.json');
    const text = readFileSync(kept, 'utf8');

    utimesSync(last, atime, later);
    expect(await readAnalysis(folder, run)).toBeUndefined();

    const { ends, ...older } = analysis;
    expect(ends).toBeDefined();
    writeFileSync(kept, JSON.stringify(older));
    utimesSync(kept, later, later);
    expect(await readAnalysis(folder, run)).toEqual(JSON.parse(JSON.stringify(older)));
    utimesSync(kept, mtime, mtime);
    expect(await readAnalysis(folder, run)).toBeUndefined();

    writeFileSync(kept, text);
    utimesSync(last, new Date(), new Date(ends![1]!.modifiedMs));
  });

  it('keeps its accuracy at full rank by every method, and energy that grows', () => {
    expect(analysis.reconstructions.map(({ method }) => method).sort()).toEqual([
      'joint-svd',
      'per-matrix-svd',
      'trajectory-pca',
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
    expect(analysis.energyRanks.together.rank99).toBeGreaterThan(analysis.energyRanks.together.rank90);
  });

  it('becomes a page whose policy allows its own style sheet and nothing else', () => {
    const results = resultsWith(analysis);
    const html = page(results);
    const [, sheet] = /<style>([^]*?)<\/style>/.exec(html)!;
    const hash = createHash('sha256').update(sheet!).digest('base64');
    expect(html).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).not.toMatch(/<script|\sstyle=|https?:|<b>/i);
    expect(html.match(/<figure>/g)?.length).toBe(1);
    expect(markdown(results)).toContain('14 of 15 cells of the grid were not measured');
    const [two] = tablesOf(results);
    const { share95, scanned } = analysis.kStar;
    expect(two!.rows[0]).toEqual(
      expect.arrayContaining(['measured', share95 === undefined ? `>${scanned}` : String(share95)]),
    );
  });
});
