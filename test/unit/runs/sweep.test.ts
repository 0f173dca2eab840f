import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { sweepProgress } from '../../../extension/engine/runs/progress.js';
import { inThisProcess, type TrainRun } from '../../../extension/engine/runs/engineLaunchers.js';
import { runSweep } from '../../../extension/engine/runs/runSweep.js';
import { fewestThatAreFast } from '../../../extension/engine/runs/rowsOnDevice.js';
import { sideBySide } from '../../../extension/engine/runs/sideBySide.js';
import { beginSweep, readSweep, runFolder } from '../../../extension/engine/runs/sweepFile.js';
import { GeometryError } from '../../../extension/contract/errors.js';
import { readRunFile } from '../../../extension/engine/training/run/runDirectory.js';
import { createTrainingEngine, ReplicaPool } from '../../../extension/engine/training/trainer/onnxEngine.js';
import { train } from '../../../extension/engine/training/trainer/train.js';
import { onProcessor, smallGrid } from './smallGrid.js';

const folders: string[] = [];
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-sweep-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const { signal } = new AbortController();
const launcher = inThisProcess(onProcessor);
const grid = smallGrid;

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

  it('has variants and train fractions as axes, whose settings come last', () => {
    const cells = cellsOf({
      ...grid,
      decays: [0.1],
      variants: [
        { name: 'l2', set: ['weightDecay=2'] },
        { name: 'lrd', set: ['lowRankDecay.lambda=0.5', 'learningRate=0.01'] },
      ],
      trainFractions: [0.4, 0.6],
    });
    expect(cells.length).toBe(2 * 2 * 2);
    expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
    for (const { variant, decay, config } of cells) {
      expect(config.lowRankDecay?.lambda).toBe(variant === 'lrd' ? 0.5 : undefined);
      expect([decay, config.weightDecay]).toEqual(variant === 'l2' ? [2, 2] : [0.1, 0.1]);
    }
    expect([...new Set(cells.map(({ config }) => config.data.split.trainFraction))]).toEqual([0.4, 0.6]);
    const wrong = { ...grid, variants: [{ name: 'wrong', set: ['decay=1'] }] };
    expect(() => cellsOf(wrong)).toThrow(/no key “decay”/);
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
        launcher,
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
      launcher,
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

describe('runs of a sweep side by side', () => {
  it('are as many as were asked for, and none is told of while another is', async () => {
    const folder = temporary();
    const cells = cellsOf(grid);
    let atWork = 0;
    let most = 0;
    let telling = false;
    await runSweep(folder, cells, {
      ...{ signal, provider: 'cpu' },
      launcher: inThisProcess(async (...args) => {
        most = Math.max(most, ++atWork);
        await new Promise((resolve) => setTimeout(resolve, 20));
        const run = await onProcessor(...args);
        atWork--;
        return run;
      }, 3),
      onEnded: async () => {
        expect(telling).toBe(false);
        telling = true;
        await new Promise((resolve) => setTimeout(resolve, 10));
        telling = false;
      },
    });
    expect(most).toBe(3);
    const progress = await sweepProgress(folder, cells);
    expect(progress.map(({ status }) => status)).toEqual(cells.map(() => 'finished'));
  });

  it('go on when the loss of one does not stay finite, and stop when the disk is full', async () => {
    const folder = temporary();
    const cells = cellsOf(grid);
    const failing =
      (code: 'not-finite' | 'disk-full'): TrainRun =>
      (request, ...rest) => {
        if (request.out.includes('narrow') && request.config.weightDecay === 1) {
          throw new GeometryError(code, 'It fails.');
        }
        return onProcessor(request, ...rest);
      };
    const ended: string[] = [];
    const options = {
      ...{ signal, provider: 'cpu' as const },
      onEnded: ({ name }: { name: string }) => void ended.push(name),
    };
    await expect(
      runSweep(folder, cells, { ...options, launcher: inThisProcess(failing('disk-full')) }),
    ).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(ended).toEqual([]);
    await expect(
      runSweep(folder, cells, { ...options, launcher: inThisProcess(failing('not-finite')) }),
    ).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringContaining('narrow-add+mul-wd1') as string,
    });
    expect(ended.length).toBe(cells.length - 1);
  });

  it('share the cores of the CPU, unless the user says otherwise', async () => {
    const cores = availableParallelism();
    const configs = (count: number) => Array.from({ length: count }, () => grid.base);
    expect(await sideBySide('cpu', configs(1000), {})).toMatchObject({ jobs: cores });
    expect(await sideBySide('cpu', configs(1), {})).toEqual({ launcher: 'here', jobs: 1 });
    expect(await sideBySide('cpu', configs(15), { jobs: 2 })).toEqual({ launcher: 'processes', jobs: 2 });
    expect(await sideBySide('cpu', configs(15), { asRows: true })).toEqual({ launcher: 'rows', jobs: 15 });
  });

  it('are on a device as few rows as are as fast as more, within a tenth', () => {
    const rates = (...entries: (readonly [number, number])[]) => new Map(entries);
    expect(fewestThatAreFast(rates([1, 100]))).toBe(1);
    expect(fewestThatAreFast(rates([1, 100], [4, 380], [16, 390]))).toBe(4);
    expect(fewestThatAreFast(rates([1, 100], [4, 90], [16, 95]))).toBe(1);
    expect(fewestThatAreFast(rates([1, 100], [4, 380], [16, 1200]))).toBe(16);
  });

  it('as rows of one graph are the runs that they are one after the other', async () => {
    const options = { signal, provider: 'cpu' as const };
    const cells = cellsOf(grid).filter(({ scale }) => scale === 'narrow');
    const metricsOf = (folder: string) =>
      cells.map((cell) =>
        readFileSync(join(runFolder(folder, cell), 'metrics.jsonl'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { testLoss: number }).testLoss),
      );
    const [apart, together] = [temporary(), temporary()];
    await runSweep(apart, cells, { ...options, launcher });
    const pool = new ReplicaPool();
    await runSweep(together, cells, {
      ...options,
      launcher: inThisProcess(
        (request, control, events) =>
          train(request, control, events, {
            asRow: true,
            choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
            createEngine: (config, provider) => createTrainingEngine(config, provider, { pool }),
          }),
        2,
      ),
    });
    const [alone, rows] = [metricsOf(apart), metricsOf(together)];
    expect(rows.map((losses) => losses.length)).toEqual(alone.map((losses) => losses.length));
    for (const cell of cells) {
      const sessions = async (folder: string) => (await readRunFile(runFolder(folder, cell)))?.sessions;
      expect((await sessions(together))?.map(({ asRow }) => asRow)).toEqual([true]);
      expect((await sessions(apart))?.map(({ asRow }) => asRow)).toEqual([undefined]);
    }
    rows.flat().forEach((loss, i) => expect(loss).toBeCloseTo(alone.flat()[i]!, 3));
  });
});
