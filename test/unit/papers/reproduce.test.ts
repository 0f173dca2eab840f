import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { outputs, reproduce } from '../../../extension/engine/papers/2602.18649/reproduce.js';
import type { Results } from '../../../extension/engine/papers/2602.18649/results.js';
import { readRunFile } from '../../../extension/engine/training/run/runDirectory.js';
import type { TrainRun } from '../../../extension/engine/runs/runSweep.js';
import { onProcessor } from '../runs/smallGrid.js';

/** The paper's own models, for three steps. */
const briefly: TrainRun = ({ config, ...request }, control, events) =>
  onProcessor({ ...request, config: { ...config, maxSteps: 3 } }, control, events);

describe('a reproduction', () => {
  const out = mkdtempSync(join(tmpdir(), 'weight-geometry-reproduce-'));
  afterAll(() => rmSync(out, { recursive: true, force: true }));
  const begin = (signal: AbortSignal, trained: string[]): Promise<Results> =>
    reproduce({
      out,
      choices: { readout: 'first', batch: 512, pairs: 'all' },
      part: { scales: [], decays: [] },
      provider: 'cpu',
      training: { trainRun: briefly },
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
      if (existsSync(join(out, 'runs/single-add/reconstruction.json'))) stop.abort();
    }, 20);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    clearInterval(seen);
    expect(first[0]).toBe('single-add');
    expect(first).not.toContain('control-add-wd0');
    const kept = statSync(join(out, 'runs/single-add/reconstruction.json')).mtimeMs;

    const again: string[] = [];
    const results = await begin(new AbortController().signal, again);
    expect(again).not.toContain('single-add');
    expect(again).toContain('control-add-wd0');
    expect(statSync(join(out, 'runs/single-add/reconstruction.json')).mtimeMs).toBe(kept);

    const measured = [...results.singles, results.control];
    expect(measured.map(({ analysis }) => analysis?.run.lastStep)).toEqual([3, 3, 3, 3]);
    expect(results.grid.length).toBe(15);
    expect(results.grid.every(({ analysis }) => analysis === undefined)).toBe(true);
    const run = await readRunFile(join(out, 'runs/single-mul'));
    expect(run).toMatchObject({ status: 'finished', data: { tasks: ['mul'], split: { firstToken: 1 } } });

    const written = (name: keyof typeof outputs): string => readFileSync(join(out, outputs[name]), 'utf8');
    const json = JSON.parse(written('json')) as Results;
    expect(json.singles.map(({ name }) => name)).toEqual(results.singles.map(({ name }) => name));
    const [add] = json.singles;
    const baseline = add!.analysis!.testAccuracy.add!.toFixed(3);
    for (const view of [written('markdown'), written('page')]) {
      expect(view).toContain('15 of 15 cells of the grid were not measured');
      expect(view).toContain('the command that goes on');
      expect(view).toContain('all tasks are of all 97² pairs');
      expect(view).toContain(baseline);
    }
  }, 180_000);
});
