import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { expectFigures, expectedFigures, formatFixture, refusal } from './expectedFigures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'numpy-'));
});
afterAll(() => rm(folder, { recursive: true }));

const npy = (header: string, data: Uint8Array, version = 1): Buffer => {
  const text = Buffer.from(`${header}\n`, version === 3 ? 'utf8' : 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]), length, text, data]);
};

const write = async (bytes: Uint8Array): Promise<string> => {
  const path = join(folder, 'array.npy');
  await writeFile(path, bytes);
  return path;
};

const header = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

describe('NumPy arrays', () => {
  it.each(['plain.npz', 'compressed.npz', 'fortran.npy'])(
    '%s has the values that NumPy reads',
    async (name) => {
      const checkpoint = await openCheckpoint(formatFixture(name));
      await expectFigures(checkpoint, expectedFigures[name]!);
      await checkpoint.close();
    },
  );

  it('reads compressed members backwards too', async () => {
    const checkpoint = await openCheckpoint(formatFixture('compressed.npz'));
    const whole = await checkpoint.read('w', 0, 30);
    for (let i = 29; i >= 0; i--) expect((await checkpoint.read('w', i, 1))[0]).toBe(whole[i]);
    await checkpoint.close();
  });

  it('refuses an object array by name', async () => {
    const path = formatFixture('object.npy');
    const error = await refusal(openCheckpoint(path), path);
    expect(error.code).toBe('unsafe-file');
    expect(error.message).toMatch(/object array/);
  });

  it.each([1, 2, 3])('reads version %i', async (version) => {
    const path = await write(npy(header(`'<i2'`, '(3,)'), new Uint8Array([1, 0, 255, 255, 0, 1]), version));
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.tensors[0]).toMatchObject({ name: 'array', dtype: 'int16', shape: [3] });
    expect([...(await checkpoint.read('array', 0, 3))]).toEqual([1, -1, 256]);
    await checkpoint.close();
  });

  it('gives any range of a column-major array in row-major order, in either byte order', async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), fc.nat(), fc.nat(), async (shape, bigEndian, a, b) => {
        const elements = shape.reduce((product, dimension) => product * dimension, 1);
        const data = Buffer.alloc(4 * elements);
        // The element at row-major index i is i; its column-major place follows from its coordinates.
        for (let i = 0; i < elements; i++) {
          let [rest, place, stride] = [i, 0, 1];
          const coordinates = [...shape].reverse().map((dimension) => {
            const coordinate = rest % dimension;
            rest = (rest - coordinate) / dimension;
            return coordinate;
          });
          coordinates.reverse().forEach((coordinate, axis) => {
            place += coordinate * stride;
            stride *= shape[axis]!;
          });
          if (bigEndian) data.writeFloatBE(i, 4 * place);
          else data.writeFloatLE(i, 4 * place);
        }
        const text = header(bigEndian ? `'>f4'` : `'<f4'`, `(${shape.join(', ')})`, 'True');
        const checkpoint = await openCheckpoint(await write(npy(text, data)));
        const ends = [a % (elements + 1), b % (elements + 1)].sort((x, y) => x - y);
        const values = await checkpoint.read('array', ends[0]!, ends[1]! - ends[0]!);
        expect([...values]).toEqual(Array.from(values, (_, i) => ends[0]! + i));
        await checkpoint.close();
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['data that ends early', npy(header(`'<f4'`, '(2,)'), new Uint8Array(7)), /ends early/],
    ['bytes after the data', npy(header(`'<f4'`, '(2,)'), new Uint8Array(9)), /follow the data/],
    ['a negative dimension', npy(header(`'<f4'`, '(-2,)'), new Uint8Array(8)), /negative dimension/],
    ['a shape that overflows', npy(header(`'<f4'`, '(9007199254740991, 9)'), new Uint8Array(8)), /overflows/],
    ['fields', npy(header(`[('a', '<f4')]`, '(1,)'), new Uint8Array(4)), /not one of numbers/],
    ['objects inside fields', npy(header(`[('a', '|O')]`, '(1,)'), new Uint8Array(4)), /object array/],
    ['an expression', npy(header(`'<f4'`, '(__import__("os"),)'), new Uint8Array(4)), /a value expected/],
    ['a header that never ends', npy(`{'descr': '<f4`, new Uint8Array(4)), /cannot be read/],
    ['a later version', npy(header(`'<f4'`, '(1,)'), new Uint8Array(4), 9), /version 9/],
  ])('refuses %s', async (_, bytes, reason) => {
    const path = await write(bytes);
    expect((await refusal(openCheckpoint(path), path)).message).toMatch(reason);
  });
});
