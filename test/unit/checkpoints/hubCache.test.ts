import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  type Report,
  type ReportAddition,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { fileDigests } from '../../../extension/engine/analyses/digests/fileDigests.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';

/** A safetensors file of one float32 matrix with four columns. */
const safetensors = (name: string, values: readonly number[]): Buffer => {
  const bytes = 4 * values.length;
  const tensors = { [name]: { dtype: 'F32', shape: [values.length / 4, 4], data_offsets: [0, bytes] } };
  const header = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.alloc(bytes);
  values.forEach((value, i) => data.writeFloatLE(value, 4 * i));
  return Buffer.concat([length, header, data]);
};

const matrix = (seed: number): number[] => Array.from({ length: 16 }, (_, i) => Math.sin(seed + i * i));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hub-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Two revisions as the Hub's client lays them out: the first shard is one blob, the second is not. */
const writeCache = async (): Promise<string> => {
  const cache = join(root, 'models--org--tiny');
  for (const part of ['blobs', 'refs']) await mkdir(join(cache, part), { recursive: true });
  for (const [i, commit] of ['a'.repeat(40), 'b'.repeat(40)].entries()) {
    const snapshot = join(cache, 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    const shards = [safetensors('embed.weight', matrix(1)), safetensors('up.weight', matrix(2 + i))];
    for (const [k, bytes] of shards.entries()) {
      const blob = createHash('sha256').update(bytes).digest('hex');
      await writeFile(join(cache, 'blobs', blob), bytes);
      await symlink(
        join('..', '..', 'blobs', blob),
        join(snapshot, `model-0000${k + 1}-of-00002.safetensors`),
      );
    }
    await writeFile(join(cache, 'refs', `step${1000 * (i + 1)}`), commit);
  }
  return cache;
};

const inspected = async (path: string): Promise<Report> => {
  const store = new ReportStore();
  await inspect(
    { path, settings: v.parse(inspectSettingsSchema, { shuffleDraws: 0 }) },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

const message = 'The file model-00001-of-00002.safetensors of step2000 is byte for byte one of step1000.';

describe.skipIf(process.platform === 'win32')('blobs of the Hub’s cache', () => {
  it('that two revisions share are named as one file', async () => {
    const report = await inspected(await writeCache());
    expect(report.checkpoints.map(({ step }) => step)).toEqual([1000, 2000]);
    const [one, two] = report.checkpoints.map(({ files }) => files.map(({ sha256 }) => sha256));
    expect(one![0]).toMatch(/^[0-9a-f]{64}$/);
    expect(two![0]).toBe(one![0]);
    expect(two![1]).not.toBe(one![1]);
    expect(
      report.warnings.filter(({ code }) => code === 'duplicate-file').map((each) => each.message),
    ).toEqual([message]);
  });

  it('are named too where the series is too large to be hashed', async () => {
    const cache = await writeCache();
    const places = ['a', 'b'].map((letter) => join(cache, 'snapshots', letter.repeat(40)));
    const checkpoints = places.map((place, i) => {
      const files = [1, 2].map((k) => ({
        path: join(place, `model-0000${k}-of-00002.safetensors`),
        bytes: 2 ** 30,
      }));
      return { step: 1000 * (i + 1), label: `step${1000 * (i + 1)}`, format: 'safetensors-sharded', files };
    });
    const additions: ReportAddition[] = [];
    const steps = fileDigests(
      { checkpoints },
      () => checkpoints,
      (addition) => additions.push(addition),
    );
    for await (const step of steps) expect(step.fraction).toBeLessThanOrEqual(1);
    expect(additions.map(({ warnings }) => warnings?.map((each) => each.message))).toEqual([[message]]);
  });
});
