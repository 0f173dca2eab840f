import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadCurves } from '../../../extension/engine/metrics/curve.js';
import { curvesOf } from '../../../extension/engine/metrics/curvesOf.js';
import { metricsBeside } from '../../../extension/engine/metrics/findMetrics.js';
import { metricsFormats } from '../../../extension/engine/metrics/table.js';
import { thinned } from '../../../extension/engine/metrics/thinned.js';
import { choicesFrom, mutationCount } from '../checkpoints/mutations.js';
import { fixture } from '../references.js';

const expected = JSON.parse(readFileSync(fixture('metrics/expected.json'), 'utf8')) as {
  steps: number[];
  loss: number[];
  accuracy: number[];
};
const files = {
  'trainer-state': 'transformers/checkpoint-50/trainer_state.json',
  'lightning-csv': 'lightning_logs/version_0/metrics.csv',
  tensorboard: 'tensorboard/events.out.tfevents.1700000000.host.1.0.fixture',
  wandb: 'wandb/offline-run-1/run-fixture.wandb',
  'json-lines': 'lines/metrics.jsonl',
};
const read = (id: string, file: string): Promise<ReadCurves> =>
  metricsFormats.find((format) => format.id === id)!.read(file);
const curveOf = ({ curves }: ReadCurves, name: string) => curves.find((curve) => curve.name === name);

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'wg-metrics-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('files that each package’s own writer wrote', () => {
  it.each([
    ['trainer-state', 'loss', 'eval_accuracy', 1e-15],
    ['lightning-csv', 'train_loss', 'val_acc', 1e-15],
    // TensorBoard writes float32.
    ['tensorboard', 'train/loss', 'val/accuracy', 1e-7],
    ['tensorboard', 'double', 'val/accuracy', 1e-7],
    ['wandb', 'loss', 'val/accuracy', 1e-15],
    ['json-lines', 'loss', 'val/accuracy', 1e-15],
  ] as const)('%s: %s and %s have the values that were logged', async (id, loss, accuracy, within) => {
    const found = await read(id, fixture('metrics', files[id]));
    for (const [name, values] of [
      [loss, expected.loss],
      [accuracy, expected.accuracy],
    ] as const) {
      const curve = curveOf(found, name)!;
      expect(curve.steps).toEqual(expected.steps);
      curve.values.forEach((value, i) =>
        expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(within * 3),
      );
    }
  });

  it('have their values that are no finite numbers counted, and no text taken for a number', async () => {
    for (const id of ['tensorboard', 'lightning-csv'] as const) {
      const { curves, faults } = await read(id, fixture('metrics', files[id]));
      expect(faults).toEqual(['one value is no finite number']);
      expect(curves.map(({ name }) => name)).not.toContain('note');
      expect(curves.map(({ name }) => name)).not.toContain('odd');
    }
  });
});

describe('a file that is still being written', () => {
  it.each(Object.entries(files))(
    '%s: cut anywhere, what is whole is read, and nothing else',
    async (id, file) => {
      const bytes = readFileSync(fixture('metrics', file));
      const whole = await read(id, fixture('metrics', file));
      const cut = path.join(folder, path.basename(file));
      const stride = Math.max(1, Math.floor(bytes.length / 400));
      for (let length = 0; length < bytes.length; length += stride) {
        writeFileSync(cut, bytes.subarray(0, length));
        // JSON is whole or not there; all others are read as far as they go.
        const found = await read(id, cut).catch((thrown: unknown) => {
          if (id === 'trainer-state' && thrown instanceof SyntaxError) return { curves: [], faults: [] };
          throw thrown;
        });
        for (const { name, steps, values } of found.curves) {
          const all = curveOf(whole, name)!;
          expect(steps).toEqual(all.steps.slice(0, steps.length));
          expect(values).toEqual(all.values.slice(0, values.length));
        }
      }
    },
  );
});

describe('damaged files', () => {
  const mutations = mutationCount;

  it.each(['tensorboard', 'wandb', 'lightning-csv'] as const)(
    `%s: ${mutations} of them are read in part or refused, and cost no more than they hold`,
    async (id) => {
      const original = readFileSync(fixture('metrics', files[id]));
      // The text of 40,000 characters is for the blocks; damage to it says little.
      const source = id === 'wandb' ? original.subarray(0, 4000) : original;
      const random = choicesFrom(7);
      const file = path.join(folder, 'damaged');
      for (let i = 0; i < mutations; i++) {
        const bytes = Buffer.from(source);
        for (let n = 0; n < 1 + random.below(4); n++) {
          const at = random.below(bytes.length);
          bytes[at] = random.below(4) === 0 ? 0xff : random.below(256);
        }
        writeFileSync(file, random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes);
        const { curves } = await read(id, file);
        for (const { steps, values } of curves) {
          expect(steps.length).toBe(values.length);
          expect(values.every(Number.isFinite) && steps.every(Number.isFinite)).toBe(true);
        }
      }
    },
    120_000,
  );

  it('with huge lengths, or of nothing, end at once', async () => {
    const file = path.join(folder, 'x');
    const huge = Buffer.alloc(64, 0xff);
    for (const bytes of [Buffer.alloc(0), huge, Buffer.concat([Buffer.from(':W&B'), huge])]) {
      writeFileSync(file, bytes);
      for (const id of ['tensorboard', 'wandb', 'lightning-csv', 'json-lines'] as const) {
        expect((await read(id, file)).curves).toEqual([]);
      }
    }
  });
});

describe('metrics beside checkpoints', () => {
  it('are found where trainers put them, and links are not followed', async () => {
    cpSync(fixture('metrics/lightning_logs'), path.join(folder, 'lightning_logs'), { recursive: true });
    cpSync(fixture('metrics/tensorboard'), path.join(folder, 'runs/a'), { recursive: true });
    cpSync(fixture('metrics/wandb'), path.join(folder, 'wandb'), { recursive: true });
    for (const step of [10, 50]) {
      cpSync(fixture('metrics/transformers/checkpoint-50'), path.join(folder, `checkpoint-${step}`), {
        recursive: true,
      });
    }
    mkdirSync(path.join(folder, 'elsewhere'));
    writeFileSync(path.join(folder, 'elsewhere/metrics.csv'), 'step,a\n1,2\n');
    symlinkSync(path.join(folder, 'elsewhere'), path.join(folder, 'logs'));
    const found = (await metricsBeside(folder)).map((source) => path.relative(folder, source.path)).sort();
    // Only the state of the last checkpoint has the whole history.
    expect(found).toEqual([
      'checkpoint-50/trainer_state.json',
      'lightning_logs/version_0/metrics.csv',
      `runs/a/${path.basename(files.tensorboard)}`,
      'wandb/offline-run-1/run-fixture.wandb',
    ]);
    expect(readdirSync(folder)).toContain('runs');
  });

  it('are found above a folder of checkpoints too', async () => {
    mkdirSync(path.join(folder, 'checkpoints'));
    writeFileSync(path.join(folder, 'metrics.csv'), 'step,a\n1,2\n');
    const { curves } = await curvesOf(path.join(folder, 'checkpoints'), undefined);
    expect(curves).toMatchObject([
      { name: 'a', format: 'lightning-csv', points: 1, steps: [1], values: [2] },
    ]);
  });

  it('that were named are read whatever their folder is called, and absent ones are an error', async () => {
    const { curves } = await curvesOf('/nowhere', fixture('metrics/tensorboard'));
    expect(curves.map(({ name }) => name)).toContain('train/loss');
    await expect(curvesOf('/nowhere', folder)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that cannot be read are a warning beside those that can', async () => {
    writeFileSync(path.join(folder, 'metrics.csv'), 'step,a\n1,2\n3,4\n5,6,7\n');
    writeFileSync(path.join(folder, 'trainer_state.json'), '{"log_history": [');
    const { curves, warnings } = await curvesOf(folder, undefined);
    expect(curves).toMatchObject([{ name: 'a', values: [2, 4] }]);
    expect(warnings.map(({ code, message }) => `${code} ${path.basename(message)}`).sort()).toEqual([
      'metrics-unreadable metrics.csv: 1 lines do not fit its columns.',
      'metrics-unreadable trainer_state.json: it is no JSON.',
    ]);
  });
});

describe('a long curve', () => {
  it('keeps its ends and every part’s least and greatest value', () => {
    const n = 1_000_000;
    const steps = Array.from({ length: n }, (_, i) => i);
    const values = steps.map((i) => (i === 777_777 ? 1e6 : i === 123_456 ? -1e6 : Math.sin(i)));
    const kept = thinned(steps, values);
    expect(kept.steps.length).toBeLessThanOrEqual(4000);
    expect([kept.steps[0], kept.steps.at(-1)]).toEqual([0, n - 1]);
    expect(Math.max(...kept.values)).toBe(1e6);
    expect(Math.min(...kept.values)).toBe(-1e6);
    expect([...kept.steps].sort((a, b) => a - b)).toEqual(kept.steps);
  });
});
