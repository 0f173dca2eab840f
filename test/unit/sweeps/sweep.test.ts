import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { runConfigSchema } from '../../../extension/contract/run.js';
import { cellsOf, gridSchema, type Grid } from '../../../extension/engine/sweeps/grid.js';
import { sweepProgress } from '../../../extension/engine/sweeps/progress.js';
import { runSweep } from '../../../extension/engine/sweeps/runSweep.js';
import { beginSweep, readSweep, runFolder } from '../../../extension/engine/sweeps/sweepFile.js';
import type { TrainOptions } from '../../../extension/engine/training/trainer/train.js';
import { readRunFile } from '../../../extension/engine/training/run/runDirectory.js';

const folders: string[] = [];
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-sweep-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const model = {
  ...{ kind: 'encoder', prime: 5, d: 8, layers: 1, heads: 2, dFf: 16, readout: 'first' },
  ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
} as const;
const grid: Grid = v.parse(gridSchema, {
  name: 'small',
  base: v.parse(runConfigSchema, {
    name: 'base',
    model,
    data: {
      tasks: ['add'],
      split: { method: 'python-random-shuffle', seed: 0, trainFraction: 0.5, firstToken: 0 },
    },
    batch: 8,
    maxSteps: 60,
    evaluateEvery: 20,
    checkpointEvery: 20,
  }),
  scales: [
    { name: 'narrow', model },
    { name: 'wide', model: { ...model, d: 16 } },
  ],
  decays: [0.1, 1],
  seeds: [1],
  tasks: [['add', 'mul']],
});
const { signal } = new AbortController();
/** The bundle's own probe of providers is not there when sources are run. */
const training: TrainOptions = {
  choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
};

describe('a grid', () => {
  it('is every combination once, each under a name of its own', () => {
    const cells = cellsOf({ ...grid, seeds: [1, 2, 3], tasks: [['add'], ['mul', 'sub']] });
    expect(cells.length).toBe(2 * 2 * 3 * 2);
    expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
    for (const { config, decay, seed, tasks, scale } of cells) {
      expect(config.weightDecay).toBe(decay);
      expect([config.initSeed, config.batchSeed, config.data.split.seed]).toEqual([seed, seed, seed]);
      expect(config.data.tasks).toEqual(tasks);
      expect(config.model.d).toBe(scale === 'wide' ? 16 : 8);
    }
  });

  it('is kept in its folder, which takes no other grid', async () => {
    const folder = temporary();
    await beginSweep(folder, grid);
    await beginSweep(folder, grid);
    expect(await readSweep(folder)).toEqual(grid);
    await expect(beginSweep(folder, { ...grid, decays: [0.5] })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('a sweep', () => {
  it('is stopped, shows where it stands and goes on; finished runs are left as they are', async () => {
    const folder = temporary();
    const cells = cellsOf(grid);
    const stop = new AbortController();
    const begun: string[] = [];
    await expect(
      runSweep(folder, cells, {
        signal: stop.signal,
        provider: 'cpu',
        training,
        onRun: (cell) => {
          begun.push(cell.name);
          return begun.length === 2 ? { metrics: ({ step }) => step === 20 && stop.abort() } : {};
        },
      }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const between = await sweepProgress(folder, cells);
    expect(between.map(({ status }) => status)).toEqual(['finished', 'stopped', 'queued', 'queued']);
    expect(between[1]!.step).toBeGreaterThanOrEqual(20);
    expect(between[1]!.step).toBeLessThan(60);

    const ended: string[] = [];
    await runSweep(folder, cells, {
      signal,
      provider: 'cpu',
      training,
      onRun: ({ name }) => {
        begun.push(name);
        return {};
      },
      onEnded: ({ name }) => void ended.push(name),
    });
    const names = cells.map(({ name }) => name);
    expect(begun).toEqual([names[0], names[1], names[1], names[2], names[3]]);
    expect(ended).toEqual(names);
    for (const cell of cells) {
      const run = runFolder(folder, cell);
      expect(await readRunFile(run)).toMatchObject({ status: 'finished', lastStep: 60 });
      expect(existsSync(join(run, 'metrics.jsonl'))).toBe(true);
      expect(readdirSync(join(run, 'checkpoints')).length).toBe(4);
    }
  });
});
