import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../extension/engine/checkpoints/openCheckpoint.js';
import { writeAtomically } from '../../../../extension/disk/atomicFile.js';
import { openMetrics, readMetrics } from '../../../../extension/engine/training/run/metricsFile.js';
import {
  checkpointPath,
  makeRunFolders,
  readRunFile,
  writeCheckpoint,
} from '../../../../extension/engine/training/run/runDirectory.js';
import { loadState, saveState, stateFolder } from '../../../../extension/engine/training/run/trainerState.js';

let run: string;
beforeEach(async () => {
  run = mkdtempSync(path.join(tmpdir(), 'wg-run-'));
  await makeRunFolders(run);
});
afterEach(() => rmSync(run, { recursive: true }));

const stateAt = (step: number, first: number) => ({
  optimiser: {
    weights: Float32Array.of(first, 1e-45, -0),
    firstMoment: Float32Array.of(0.1, 0.2, 0.3),
    secondMoment: Float32Array.of(1, 2, 3),
  },
  progress: { step, lossSum: 0.1 + 0.2, gradientNormSum: 1 / 3, summedSteps: 7, consecutive: 1, grokStep: 4 },
});

describe('checkpoints', () => {
  it('are safetensors files that the product reads back exactly, whatever the numbers', async () => {
    const floats = fc.float32Array({ minLength: 6, maxLength: 6, noNaN: true });
    await fc.assert(
      fc.asyncProperty(floats, fc.integer({ min: 0, max: 9e6 }), async (data, step) => {
        const bias = Float64Array.of(1 / 3, step);
        await writeCheckpoint(run, step, [
          { name: 'layers.0.weight', shape: [2, 3], data },
          { name: 'bias', shape: [2], data: bias },
        ]);
        const checkpoint = await openCheckpoint(checkpointPath(run, step));
        expect(checkpoint.tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype }))).toEqual([
          { name: 'layers.0.weight', shape: [2, 3], dtype: 'float32' },
          { name: 'bias', shape: [2], dtype: 'float64' },
        ]);
        expect(await checkpoint.read('layers.0.weight', 0, 6)).toEqual(Float64Array.from(data));
        expect(await checkpoint.read('bias', 0, 2)).toEqual(bias);
        await checkpoint.close();
      }),
      { numRuns: 20 },
    );
  });
});

describe('the trainer state', () => {
  it('comes back bit for bit, and the last two are kept', async () => {
    for (const step of [0, 100, 200]) await saveState(run, stateAt(step, step));
    expect(readdirSync(stateFolder(run)).sort()).toEqual(['step_000100.wgstate', 'step_000200.wgstate']);
    const loaded = await loadState(run, 3);
    expect(loaded).toEqual({ state: stateAt(200, 200), damaged: [] });
    expect(Object.is(loaded!.state.optimiser.weights[2], -0)).toBe(true);
  });

  it('falls back on the one before when the last is damaged, and refuses when both are', async () => {
    for (const step of [100, 200]) await saveState(run, stateAt(step, step));
    const last = path.join(stateFolder(run), 'step_000200.wgstate');
    writeFileSync(last, 'half');
    expect(await loadState(run, 3)).toEqual({ state: stateAt(100, 100), damaged: [last] });
    writeFileSync(path.join(stateFolder(run), 'step_000100.wgstate'), '');
    await expect(loadState(run, 3)).rejects.toMatchObject({ code: 'malformed-file' });
  });

  it('notices every flipped bit', async () => {
    for (const step of [100, 200]) await saveState(run, stateAt(step, step));
    const last = path.join(stateFolder(run), 'step_000200.wgstate');
    const whole = readFileSync(last);
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const flipped = Uint8Array.from(whole);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(last, flipped);
      const loaded = await loadState(run, 3);
      expect(loaded!.damaged, `bit ${bit} of ${8 * whole.length}`).toEqual([last]);
    }
  });

  it('of an earlier version, without a digest, is read', async () => {
    await saveState(run, stateAt(100, 1));
    const file = path.join(stateFolder(run), 'step_000100.wgstate');
    writeFileSync(file, readFileSync(file).subarray(0, -32));
    expect(await loadState(run, 3)).toEqual({ state: stateAt(100, 1), damaged: [] });
  });

  it('is refused when it is of another model', async () => {
    await saveState(run, stateAt(100, 1));
    await expect(loadState(run, 4)).rejects.toMatchObject({ code: 'malformed-file' });
  });
});

describe('metrics', () => {
  it('lose a torn last line and the lines after the state', async () => {
    writeFileSync(path.join(run, 'metrics.jsonl'), '{"step":0}\n{"step":100}\n{"step":200}\n{"step":30');
    expect((await readMetrics(run)).map(({ step }) => step)).toEqual([0, 100, 200]);
    const metrics = await openMetrics(run, 100);
    await metrics.append({ step: 200, loss: 1.5 });
    await metrics.close();
    expect(readFileSync(path.join(run, 'metrics.jsonl'), 'utf8')).toBe(
      '{"step":0}\n{"step":100}\n{"step":200,"loss":1.5}\n',
    );
  });

  it('that cannot be read are an error, not an empty history', async () => {
    const file = path.join(run, 'metrics.jsonl');
    expect(await readMetrics(run)).toEqual([]);
    mkdirSync(file);
    const unreadable = { code: 'unreadable', message: expect.stringContaining(file) as string };
    await expect(readMetrics(run)).rejects.toMatchObject(unreadable);
    await expect(openMetrics(run, 100)).rejects.toMatchObject(unreadable);
    // Nothing was written beside it either.
    expect(readdirSync(run)).not.toContain('metrics.jsonl.partial');
  });
});

describe('a disk that refuses', () => {
  it('is named when a file is in the way of the folder', async () => {
    writeFileSync(path.join(run, 'taken'), '');
    await expect(makeRunFolders(path.join(run, 'taken', 'run'))).rejects.toMatchObject({
      code: 'unwritable',
    });
    mkdirSync(path.join(run, 'folder.json'));
    await expect(writeAtomically(path.join(run, 'folder.json'), 'x')).rejects.toMatchObject({
      code: 'unwritable',
    });
  });
});

describe('run.json', () => {
  it('is absent, or a run, or said to be neither', async () => {
    expect(await readRunFile(run)).toBeUndefined();
    writeFileSync(path.join(run, 'run.json'), '{"schema": "something else"}');
    await expect(readRunFile(run)).rejects.toMatchObject({ code: 'malformed-file' });
  });
});
