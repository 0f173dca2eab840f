import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { expectFigures, expectedFigures, formatFixture, refusal } from './expectedFigures.js';

const shardNames = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
const indexName = 'model.safetensors.index.json';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sharded-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bring = (...names: string[]): Promise<unknown> =>
  Promise.all(
    names.map((name) => copyFile(formatFixture(`trainer/checkpoint-100/${name}`), join(folder, name))),
  );

const writeIndex = (weightMap: Record<string, unknown>): Promise<void> =>
  writeFile(join(folder, indexName), JSON.stringify({ weight_map: weightMap }));

describe('sharded checkpoints', () => {
  it.each(['trainer/checkpoint-100', 'trainer/checkpoint-200', 'trainer/checkpoint-1000'])(
    '%s is read as one, without its optimizer',
    async (name) => {
      for (const path of [formatFixture(name), formatFixture(`${name}/${indexName}`)]) {
        const checkpoint = await openCheckpoint(path);
        await expectFigures(checkpoint, expectedFigures[name]!);
        expect(checkpoint.format).toBe('safetensors-sharded');
        expect(checkpoint.files.map((file) => basename(file.path))).toEqual(shardNames);
        expect(checkpoint.warnings).toEqual([]);
        await checkpoint.close();
      }
    },
  );

  it('works without the index, by the numbers in the names', async () => {
    await bring(...shardNames);
    const checkpoint = await openCheckpoint(folder);
    await expectFigures(checkpoint, expectedFigures['trainer/checkpoint-100']!);
    expect(checkpoint.warnings).toEqual([]);
    await checkpoint.close();
  });

  it('names a missing shard, with and without an index', async () => {
    await bring(indexName, shardNames[0]);
    const indexed = await openCheckpoint(folder);
    expect(indexed.warnings.map(({ code }) => code)).toEqual(['missing-shard']);
    expect(indexed.warnings[0]!.message).toContain(shardNames[1]);
    expect(indexed.tensors.length).toBeGreaterThan(0);
    await indexed.close();
    await rm(join(folder, indexName));
    const numbered = await openCheckpoint(folder);
    expect(numbered.warnings[0]!.message).toMatch(/1 are missing: number 2/);
    await numbered.close();
  });

  it('refuses a shard outside the folder and names the missing one too', async () => {
    const path = formatFixture('broken/index');
    const error = await refusal(openCheckpoint(path), path);
    expect(error.code).toBe('unsafe-file');
    expect(error.message).toContain('../../../etc/passwd');
    expect(error.message).toContain('missing.safetensors');
  });

  it.each([
    ['/etc/passwd'],
    ['..\\secret.safetensors'],
    ['C:\\secret.safetensors'],
    ['a/../../b.safetensors'],
    [''],
    ['x\0y'],
  ])('refuses the shard path %j', async (shard) => {
    await bring(...shardNames);
    await writeIndex({ 'model.embed.weight': shardNames[0], other: shard });
    const error = await refusal(openCheckpoint(folder), folder);
    expect(error.code).toBe('unsafe-file');
  });

  it.runIf(process.platform !== 'win32')('refuses a link that leaves the folder', async () => {
    const inner = join(folder, 'inner');
    await mkdir(inner);
    await bring(shardNames[0]);
    await symlink(join('..', shardNames[0]), join(inner, 'linked.safetensors'));
    await writeFile(join(inner, indexName), JSON.stringify({ weight_map: { a: 'linked.safetensors' } }));
    expect((await refusal(openCheckpoint(inner), inner)).code).toBe('unsafe-file');
  });

  it.runIf(process.platform !== 'win32')('follows the links of the Hugging Face cache', async () => {
    const snapshot = join(folder, 'models--a--b', 'snapshots', '0123');
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(folder, 'models--a--b', 'blobs'));
    for (const [i, name] of [...shardNames, indexName].entries()) {
      await copyFile(
        formatFixture(`trainer/checkpoint-100/${name}`),
        join(folder, 'models--a--b', 'blobs', `${i}`),
      );
      await symlink(join('..', '..', 'blobs', `${i}`), join(snapshot, name));
    }
    const checkpoint = await openCheckpoint(snapshot);
    await expectFigures(checkpoint, expectedFigures['trainer/checkpoint-100']!);
    await checkpoint.close();
  });

  it('names a tensor that is listed but not in its shard, and one that is not listed', async () => {
    await bring(...shardNames);
    await writeIndex({ 'model.embed.weight': shardNames[0], ghost: shardNames[0] });
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.tensors.map(({ name }) => name)).toEqual(['model.embed.weight']);
    expect(checkpoint.warnings.find(({ code }) => code === 'missing-tensor')?.tensor).toBe('ghost');
    expect(checkpoint.warnings.map(({ code }) => code)).toContain('unlisted-tensor');
    await checkpoint.close();
  });

  it.each([
    ['{', /not valid JSON/],
    ['[]', /no "weight_map"/],
    ['{"weight_map":{}}', /lists no tensor/],
    ['{"weight_map":{"a":1}}', /names no file/],
    ['{"weight_map":{"a":"gone.safetensors"}}', /shard is missing: "gone\.safetensors"/],
    [`{"weight_map":{"a":"${shardNames[0]}","a":"${shardNames[1]}"}}`, /twice/],
    [`{"weight_map":{"ghost":"${shardNames[0]}"}}`, /none of the tensors/],
  ])('refuses the index %s', async (text, reason) => {
    await bring(...shardNames);
    await writeFile(join(folder, indexName), text);
    expect((await refusal(openCheckpoint(folder), folder)).message).toMatch(reason);
  });
});

describe('a folder', () => {
  it('with one weight file is that checkpoint', async () => {
    await copyFile(formatFixture('dtypes.safetensors'), join(folder, 'model.safetensors'));
    await writeFile(join(folder, 'optimizer.safetensors'), 'not weights');
    const checkpoint = await openCheckpoint(folder);
    await expectFigures(checkpoint, expectedFigures['dtypes.safetensors']!);
    await checkpoint.close();
  });

  it('without weights, with several checkpoints, or absent says so', async () => {
    expect((await refusal(openCheckpoint(folder), folder)).code).toBe('no-checkpoints');
    for (const name of ['a.safetensors', 'b.safetensors']) {
      await copyFile(formatFixture('dtypes.safetensors'), join(folder, name));
    }
    expect((await refusal(openCheckpoint(folder), folder)).message).toMatch(/2 checkpoints, not one/);
    expect((await refusal(openCheckpoint(join(folder, 'none')), 'none')).code).toBe('not-found');
  });
});

describe('a file', () => {
  it('is recognised by content before ending', async () => {
    const path = join(folder, 'weights.bin');
    await copyFile(formatFixture('dtypes.safetensors'), path);
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.format).toBe('safetensors');
    await checkpoint.close();
  });

  it('that is a Git LFS pointer says how to get the weights', async () => {
    const path = join(folder, 'model.safetensors');
    await writeFile(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n');
    expect((await refusal(openCheckpoint(path), path)).message).toMatch(/git lfs pull/);
  });

  it('that changes while it is read is reported', async () => {
    const path = join(folder, 'model.safetensors');
    const bytes = await readFile(formatFixture('dtypes.safetensors'));
    await writeFile(path, bytes);
    const modified = await openCheckpoint(path);
    await writeFile(path, bytes);
    await expect(modified.close()).rejects.toMatchObject({ code: 'changed-while-reading' });
    const shrunk = await openCheckpoint(path);
    await writeFile(path, bytes.subarray(0, 1000));
    await expect(shrunk.read('f64', 0, 20)).rejects.toMatchObject({ code: 'changed-while-reading' });
    await expect(shrunk.close()).rejects.toThrow(path);
    await writeFile(path, bytes);
    const removed = await openCheckpoint(path);
    await rm(path);
    await expect(removed.close()).rejects.toThrow(/was removed/);
  });
});
