import { readdir, rename, writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFile, type FileByteSource } from '../../../extension/engine/checkpoints/bytes/fileByteSource.js';

const count = 400;
let folder: string;
let sources: FileByteSource[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-files-'));
  for (let i = 0; i < count; i++) await writeFile(join(folder, `${i}`), `file number ${i}`);
});
afterAll(() => rm(folder, { recursive: true }));

const openHandles = async (): Promise<number> => (await readdir('/proc/self/fd')).length;

describe.skipIf(process.platform !== 'linux')('many files', () => {
  it('are read in any order with a bounded number of them open', async () => {
    const before = await openHandles();
    sources = [];
    for (let i = 0; i < count; i++) sources.push(await openFile(join(folder, `${i}`)));
    for (let i = 0; i < count; i++) {
      const at = (i * 7) % count;
      const bytes = await sources[at]!.read(12, sources[at]!.size - 12);
      expect(Buffer.from(bytes).toString()).toBe(`${at}`);
    }
    expect((await openHandles()) - before).toBeLessThan(count - 100);
    const all = await Promise.all(sources.map((source) => source.read(0, 4)));
    expect(new Set(all.map((bytes) => Buffer.from(bytes).toString()))).toEqual(new Set(['file']));
    for (const source of sources) await source.close();
    expect(await openHandles()).toBeLessThanOrEqual(before + 1);
  });

  it('are known again when one is replaced while it is closed', async () => {
    sources = [];
    for (let i = 0; i < count; i++) sources.push(await openFile(join(folder, `${i}`)));
    await writeFile(join(folder, 'new'), 'file number x');
    await rename(join(folder, 'new'), join(folder, '0'));
    await expect(sources[0]!.read(0, 4)).rejects.toMatchObject({ code: 'changed-while-reading' });
    const ends = await Promise.allSettled(sources.map((source) => source.close()));
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});
