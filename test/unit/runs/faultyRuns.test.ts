import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { GeometryError } from '../../../extension/contract/errors.js';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { again } from '../../../extension/engine/ground/work/again.js';
import { cellsOf, gridSchema } from '../../../extension/engine/runs/grid.js';
import { readGrid } from '../../../extension/engine/runs/gridFile.js';
import { inspectSweep } from '../../../extension/engine/inspection/inspectSweep.js';
import { openSweep } from '../../../extension/engine/runs/openSweep.js';
import { sweepProgress } from '../../../extension/engine/runs/progress.js';
import { inThisProcess } from '../../../extension/engine/runs/engineLaunchers.js';
import { runSweep } from '../../../extension/engine/runs/runSweep.js';
import { beginSweep, runFolder } from '../../../extension/engine/runs/sweepFile.js';
import { readRunFile } from '../../../extension/engine/training/run/runDirectory.js';
import { onProcessor, smallGrid } from './smallGrid.js';

const place = mkdtempSync(path.join(tmpdir(), 'weight-geometry-faulty-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const temporary = (): string => mkdtempSync(path.join(place, 'sweep-'));
const options = {
  signal: new AbortController().signal,
  provider: 'cpu',
  launcher: inThisProcess(onProcessor),
} as const;
const cells = cellsOf(smallGrid);
const quick = cellsOf({ ...smallGrid, base: { ...smallGrid.base, maxSteps: 20 } });

describe('a grid', () => {
  const [narrow] = smallGrid.scales;
  const faults: readonly [string, object, RegExp][] = [
    [
      'two scales of one name',
      { scales: [narrow, { ...narrow, name: 'Narrow' }] },
      /scales: the name narrow/,
    ],
    ['a decay twice', { decays: [1, 0.1, 1] }, /decays: the weight decay 1 is there twice/],
    ['a seed twice', { seeds: [3, 3] }, /seeds: the seed 3/],
    [
      'a set of tasks twice',
      {
        tasks: [
          ['add', 'mul'],
          ['mul', 'add'],
        ],
      },
      /tasks: the set of tasks add\+mul/,
    ],
    ['a task twice in a set', { tasks: [['add', 'add']] }, /tasks\.0: the task add/],
  ];

  it.each(faults)('is refused with %s, as two runs would share a folder', async (_, change, message) => {
    const file = path.join(temporary(), 'grid.json');
    writeFileSync(file, JSON.stringify({ ...smallGrid, ...change }));
    await expect(readGrid(file)).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is taken where every value is there once', () => {
    expect(v.parse(gridSchema, JSON.parse(JSON.stringify(smallGrid)))).toEqual(smallGrid);
  });
});

describe('a run whose file is damaged', () => {
  const damaged = (folder: string): string => {
    const run = runFolder(folder, quick[1]!);
    mkdirSync(run, { recursive: true });
    writeFileSync(path.join(run, 'run.json'), '{ "schema": "weight-geo');
    return run;
  };

  it('has failed, in a table in which the others stand where they stand', async () => {
    const folder = temporary();
    await beginSweep(folder, smallGrid);
    const run = damaged(folder);
    const progress = await sweepProgress(folder, quick);
    expect(progress.map(({ status }) => status)).toEqual(['queued', 'failed', 'queued', 'queued']);
    expect(progress[1]!.unreadable).toMatchObject({
      code: 'malformed-file',
      message: expect.stringContaining(run) as string,
    });
    const { runs } = await openSweep(folder, undefined);
    expect(runs.map(({ status, begun }) => [status, begun])).toEqual([
      ['queued', false],
      ['failed', true],
      ['queued', false],
      ['queued', false],
    ]);

    const store = new ReportStore();
    const settings = v.parse(inspectSettingsSchema, {});
    await inspectSweep({ path: folder, settings }, smallGrid, {
      signal: options.signal,
      onAddition: (addition) => store.add(addition),
      measures: false,
    });
    const { sweepCells, warnings } = store.report()!;
    expect(sweepCells.map(({ status }) => status)).toEqual(['queued', 'failed', 'queued', 'queued']);
    expect(warnings).toMatchObject([{ code: 'malformed-file', path: run }]);
  });

  it('is named when the others have been trained', async () => {
    const folder = temporary();
    const run = damaged(folder);
    const ended: string[] = [];
    const sweep = runSweep(folder, quick, { ...options, onEnded: ({ name }) => void ended.push(name) });
    await expect(sweep).rejects.toMatchObject({
      code: 'malformed-file',
      message: expect.stringContaining(`${quick[1]!.name}: ${path.join(run, 'run.json')}`) as string,
    });
    const [first, , ...others] = quick.map(({ name }) => name);
    expect(ended).toEqual([first, ...others]);
  });
});

describe('a run of another configuration', () => {
  it('is not gone on with in the cell’s place, but for its length', async () => {
    const folder = temporary();
    const [cell] = quick;
    await runSweep(folder, [cell!], options);
    const longer = cellsOf(smallGrid)[0]!;
    const stopped = { ...(await readRunFile(runFolder(folder, longer)))!, status: 'stopped' };
    writeFileSync(path.join(runFolder(folder, longer), 'run.json'), JSON.stringify(stopped));
    await runSweep(folder, [longer], options);
    expect(await readRunFile(runFolder(folder, longer))).toMatchObject({ status: 'finished', lastStep: 60 });

    const other = { ...longer, config: { ...longer.config, learningRate: 0.01 } };
    await expect(runSweep(folder, [other], options)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(`another learningRate than ${longer.name}`) as string,
    });
  });

  it('is not queued for a window either', async () => {
    const folder = temporary();
    const run = runFolder(folder, cells[0]!);
    await beginSweep(folder, smallGrid);
    await runSweep(folder, quick.slice(0, 1), options);
    const text = readFileSync(path.join(run, 'run.json'), 'utf8');
    writeFileSync(path.join(run, 'run.json'), text.replace('"batch": 8', '"batch": 9'));
    await expect(openSweep(folder, undefined)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('another batch') as string,
    });
  });
});

describe('telling of a run that has ended', () => {
  it('fails for that run alone', async () => {
    const folder = temporary();
    const told: string[] = [];
    const sweep = runSweep(folder, quick, {
      ...options,
      onEnded: ({ name }) => {
        told.push(name);
        if (told.length === 1) throw new GeometryError('malformed-file', 'Its checkpoint is damaged.');
      },
    });
    await expect(sweep).rejects.toMatchObject({
      code: 'malformed-file',
      message: expect.stringContaining(`${quick[0]!.name}: Its checkpoint is damaged.`) as string,
    });
    expect(told).toEqual(quick.map(({ name }) => name));
  });
});

describe('what is done again and again', () => {
  it('is done one at a time, and has ended when its end resolves', async () => {
    let atWork = 0;
    let done = 0;
    let told: () => void = () => undefined;
    const twice = new Promise<void>((resolve) => (told = resolve));
    const going = again(1, async () => {
      expect(++atWork).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atWork--;
      if (++done === 2) told();
    });
    await twice;
    await going.end();
    expect(atWork).toBe(0);
    const before = done;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(before);
  });

  it('does not begin when it is ended at once', async () => {
    let begun = false;
    const going = again(60_000, async () => {
      begun = true;
    });
    await going.end();
    expect(begun).toBe(false);
  });
});
