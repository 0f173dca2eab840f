import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { fixture } from '../references.js';

type Expected = Record<string, Record<string, { shape: number[]; values: number[] }>>;
/** Written by h5py and Keras, read again by h5py. */
const expected = JSON.parse(readFileSync(fixture('hdf5/expected.json'), 'utf8')) as Expected;
const files = Object.keys(expected);

/** The last dimension as columns. */
const foldedShape = (shape: readonly number[]): readonly number[] =>
  shape.length < 3 ? shape : [shape.slice(0, -1).reduce((a, b) => a * b, 1), shape.at(-1)!];
/** Shapes that are not folded so: of another program, of heads, of a vector in a box. */
const shapes: Record<string, readonly number[]> = {
  'torch/weight': [5, 2, 3, 3],
  'mha/query/kernel': [6, 10],
  'mha/query/bias': [10],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-hdf5-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('HDF5 files', () => {
  it.each(files)('%s has the values that h5py reads, whole and in parts', async (file) => {
    const checkpoint = await openCheckpoint(fixture('hdf5', file));
    let compared = 0;
    for (const [name, { shape, values }] of Object.entries(expected[file]!)) {
      const tensor = checkpoint.tensors.find((one) => one.name === name);
      // Second names of an object are the same object.
      if (tensor === undefined || !tensor.readable) continue;
      expect(tensor.shape).toEqual(shapes[name] ?? foldedShape(shape));
      expect([...(await checkpoint.read(name, 0, values.length))]).toEqual(values);
      for (const [start, length] of [
        [1, Math.min(7, values.length - 1)],
        [Math.floor(values.length / 3), Math.floor(values.length / 2)],
      ] as const) {
        if (length < 1) continue;
        expect([...(await checkpoint.read(name, start, length))]).toEqual(
          values.slice(start, start + length),
        );
      }
      compared++;
    }
    await checkpoint.close();
    expect(compared).toBeGreaterThan(0);
  });

  it('list what is not read with its reason, and follow no link', async () => {
    const checkpoint = await openCheckpoint(fixture('hdf5/plain.h5'));
    const reasonOf = (name: string) =>
      checkpoint.tensors.find((tensor) => tensor.name === name)?.unmeasured?.reason;
    expect(reasonOf('lzf')).toBe('it is compressed by filter 32000');
    expect(reasonOf('text')).toBe('its elements are no numbers');
    expect(reasonOf('optimizer/vars/0')).toBe('state of the optimiser');
    expect(checkpoint.warnings.map(({ message }) => message)).toEqual([
      'The group "links" has links that are not followed: "soft", "elsewhere".',
    ]);
    const names = checkpoint.tensors.map(({ name }) => name);
    expect(names.filter((name) => /loop|twice|links/.test(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith('many/'))).toHaveLength(40);
    await checkpoint.close();
  });

  it.each(['newest.h5', 'newest110.h5', 'dense.h5'])(
    '%s of libver=latest is read whole: every index of chunks, and links in a heap',
    async (file) => {
      const checkpoint = await openCheckpoint(fixture('hdf5', file));
      expect(checkpoint.tensors.map(({ name }) => name).sort()).toEqual(Object.keys(expected[file]!).sort());
      expect(checkpoint.tensors.filter(({ readable }) => !readable)).toEqual([]);
      const rows = checkpoint.tensors.map(({ name }) => name).filter((name) => /w\d+$/.test(name));
      expect(rows).toEqual([...rows].sort());
      await checkpoint.close();
    },
  );

  it('are known by their content, under any name', async () => {
    const odd = path.join(folder, 'weights.bin');
    copyFileSync(fixture('hdf5/model.weights.h5'), odd);
    const checkpoint = await openCheckpoint(odd);
    expect(checkpoint.format).toBe('hdf5');
    await checkpoint.close();
  });

  it('that are cut are malformed, wherever they are cut', async () => {
    const bytes = readFileSync(fixture('hdf5/model.weights.h5'));
    const file = path.join(folder, 'cut.h5');
    for (let length = 8; length < bytes.length; length += 997) {
      writeFileSync(file, bytes.subarray(0, length));
      await expect(openCheckpoint(file)).rejects.toMatchObject({ code: 'malformed-file' });
    }
  });
});
