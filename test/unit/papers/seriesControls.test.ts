import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model, ModelDescriptor } from '../../../extension/contract/descriptor.js';
import { inspectSettingsSchema, type ControlEntry } from '../../../extension/contract/report.js';
import { seriesControls, seriesWalks } from '../../../extension/engine/analyses/controls/seriesControls.js';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { inThisProcess } from '../../../extension/engine/runs/engineLaunchers.js';
import { runSweep } from '../../../extension/engine/runs/runSweep.js';
import { runFolder } from '../../../extension/engine/runs/sweepFile.js';
import { controlsSay } from '../../../webview/pages/reconstruction/controlsSentences.js';
import { onProcessor, smallGrid } from '../runs/smallGrid.js';

const place = mkdtempSync(path.join(tmpdir(), 'weight-geometry-controls-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const [cell] = cellsOf({ ...smallGrid, base: { ...smallGrid.base, checkpointEvery: 10 } });
const run = runFolder(place, cell!);
const controlsOf = async (
  folder: string,
  onProgress: (text: string) => void = () => undefined,
  signal = new AbortController().signal,
): Promise<ControlEntry[]> => {
  const request = { path: folder, settings: v.parse(inspectSettingsSchema, {}) };
  const found: ControlEntry[] = [];
  for (const steps of [seriesWalks(request, signal, [0.1, 0.5]), seriesControls(request, signal)]) {
    for (;;) {
      const step = await steps.next();
      if (step.done === true) {
        found.push(...step.value);
        break;
      }
      onProgress(step.value.text);
    }
  }
  return found;
};

describe('the controls of a series', () => {
  let controls: ControlEntry[];
  const said: string[] = [];
  beforeAll(async () => {
    const { signal } = new AbortController();
    await runSweep(place, [cell!], { signal, provider: 'cpu', launcher: inThisProcess(onProcessor) });
    controls = await controlsOf(run, (text) => said.push(text));
  });
  const ofKind = (kind: ControlEntry['kind']): ControlEntry[] =>
    controls.filter((entry) => entry.kind === kind);

  it.each(['random-walk', 'decay-walk'] as const)(
    'rebuild the end from all components of a %s to it, as it ends there',
    (kind) => {
      const [walk] = ofKind(kind);
      expect(walk!.fullRank).toBe(6);
      expect(walk!.points.at(-1)!.rank).toBe(6);
      expect(walk!.points.at(-1)!.energy).toBeCloseTo(1, 6);
      const energies = walk!.points.map(({ energy }) => energy);
      expect(energies).toEqual([...energies].sort((a, b) => a - b));
      // All components rebuild the run's own weights, so that each task reaches its accuracy at six at the latest.
      expect(walk!.kStar95).toBeLessThanOrEqual(6);
    },
  );

  it('decay as the run’s record says', () => {
    const { learningRate, weightDecay } = cell!.config;
    const [walk] = ofKind('decay-walk');
    expect(walk!.decay!.origin).toBe('record');
    expect(walk!.decay!.kept).toBeCloseTo((1 - learningRate * weightDecay) ** 60, 9);
  });

  it('hold less of the end the earlier the components stop, and next to nothing in random directions', () => {
    const early = ofKind('early-components');
    expect(early.every(({ lastStep }) => lastStep! < 60)).toBe(true);
    const held = early.map(({ points }) => points.at(-1)!.energy);
    expect(held).toEqual([...held].sort((a, b) => a - b));
    expect(held.at(-1)).toBeLessThan(1);
    const [random] = ofKind('random-directions');
    // Ten of some hundred directions.
    expect(random!.points.at(-1)!.energy).toBeLessThan(0.1);
  });

  it('say what they are doing, and what each of them means', () => {
    expect(said.every((text) => text.startsWith('Controls: '))).toBe(true);
    const trajectory = {
      method: 'trajectory-pca' as const,
      of: 'change' as const,
      scope: 'all' as const,
      matrices: ['all'],
      fullRank: 6,
      baseline: { testAccuracy: { add: 1, mul: 1 } },
      points: [{ rank: 2, energy: 1, relativeError: 0, testAccuracy: { add: 1, mul: 1 } }],
    };
    const sentences = controlsSay(controls, trajectory);
    expect(sentences.length).toBe(controls.length);
    expect(sentences[0]).toMatch(/from its first 2 components gives [\d.]+%, from those of the run 100%/);
  });

  it('are of the checkpoints that are finite, and none where none of them differ', async () => {
    const series = path.join(place, 'odd');
    const checkpoints = path.join(series, 'checkpoints');
    cpSync(run, series, { recursive: true });
    const names = readdirSync(checkpoints).sort();
    const second = path.join(checkpoints, names[1]!);
    // The last four bytes are a number of the last tensor.
    const bytes = readFileSync(second);
    bytes.writeFloatLE(NaN, bytes.length - 4);
    writeFileSync(second, bytes);
    const found = await controlsOf(series);
    expect(found.map(({ fullRank }) => fullRank)).toEqual(found.map(() => names.length - 2));
    expect(found.length).toBeGreaterThanOrEqual(4);
    for (const { points } of found) {
      for (const { energy, testAccuracy } of points) {
        expect([energy, ...Object.values(testAccuracy)].every(Number.isFinite)).toBe(true);
      }
    }
    for (const name of names.slice(1))
      copyFileSync(path.join(checkpoints, names[0]!), path.join(checkpoints, name));
    const { signal } = new AbortController();
    const request = { path: series, settings: v.parse(inspectSettingsSchema, {}) };
    const walks = seriesWalks(request, signal, [0.1, 0.5]);
    let step = await walks.next();
    while (step.done !== true) step = await walks.next();
    expect(step.value).toEqual([]);
    await expect(controlsOf(series)).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('are refused where nobody has said which model it is', async () => {
    const bare = path.join(place, 'bare');
    cpSync(path.join(run, 'checkpoints'), bare, { recursive: true });
    await expect(controlsOf(bare)).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('are refused where the description is of another model, whether its tensors are others or of other sizes', async () => {
    const described = async (model: Model, tasks: ModelDescriptor['data']['tasks']) => {
      const other = mkdtempSync(path.join(place, 'other-'));
      cpSync(path.join(run, 'checkpoints'), other, { recursive: true });
      const descriptor: ModelDescriptor = { model, data: { ...cell!.config.data, tasks } };
      writeFileSync(path.join(other, 'weight-geometry.json'), JSON.stringify(descriptor));
      return controlsOf(other);
    };
    const { model, data } = cell!.config;
    expect((await described(model, data.tasks)).length).toBe(controls.length);
    await expect(described(model, ['add'])).rejects.toMatchObject({
      code: 'invalid-descriptor',
      message: expect.stringContaining('they have no such tensor') as string,
    });
    // Smaller tensors would have their places overrun by the checkpoints' own.
    await expect(described({ ...model, d: 4 }, data.tasks)).rejects.toMatchObject({
      code: 'invalid-descriptor',
    });
  });

  it('end in the middle of any of them when they are cancelled', async () => {
    for (const phase of ['components of the beginning', 'random walk', 'random directions']) {
      const stop = new AbortController();
      const cancelled = controlsOf(run, (text) => text.includes(phase) && stop.abort(), stop.signal);
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    }
  });
});
