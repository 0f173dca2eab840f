import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { openSafetensors } from '../../../extension/engine/checkpoints/safetensors/safetensors.js';
import { expectFigures, expectedFigures, formatFixture, readInPieces, refusal } from './expectedFigures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const withHeader = async (header: string, data: Uint8Array = new Uint8Array(0)): Promise<string> => {
  const path = join(folder, 'made.safetensors');
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([length, text, data]));
  return path;
};

const entry = (dtype: string, shape: string, from: number, to: number): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`;

describe('safetensors', () => {
  it('gives every dtype as PyTorch reads it', async () => {
    const checkpoint = await openCheckpoint(formatFixture('dtypes.safetensors'));
    await expectFigures(checkpoint, expectedFigures['dtypes.safetensors']!);
    expect(checkpoint.format).toBe('safetensors');
    expect(checkpoint.step).toBe(42);
    await checkpoint.close();
  });

  it.each([
    ['empty', /no safetensors header/],
    ['header-length', /header is longer than the file/],
    ['not-json', /header is not JSON/],
    ['truncated', /data ends early/],
    ['wrong-size', /has \d+ bytes, but .* needs \d+/],
    ['negative-dim', /negative dimension/],
    ['overlap', /overlaps/],
    ['unknown-dtype', /unknown dtype/],
    ['huge-shape', /overflows/],
  ])('refuses %s with the reason', async (name, reason) => {
    const path = formatFixture(`broken/${name}.safetensors`);
    const error = await refusal(openCheckpoint(path), path);
    expect(error.code).toBe('malformed-file');
    expect(error.message).toMatch(reason);
  });

  it('takes __proto__ for a name like any other', async () => {
    const checkpoint = await openCheckpoint(formatFixture('broken/proto-name.safetensors'));
    expect(checkpoint.tensors.map(({ name }) => name)).toContain('__proto__');
    expect(await checkpoint.read('__proto__', 0, 128)).toHaveLength(128);
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
    await checkpoint.close();
  });

  it.each([
    [
      'a key that appears twice',
      `{"a":${entry('U8', '[1]', 0, 1)},"a":${entry('U8', '[1]', 0, 1)}}`,
      1,
      /twice/,
    ],
    ['a hole', `{"a":${entry('U8', '[1]', 0, 1)},"b":${entry('U8', '[1]', 2, 3)}}`, 3, /belong to none/],
    ['bytes after the last tensor', `{"a":${entry('U8', '[1]', 0, 1)}}`, 2, /belong to none/],
    ['a fractional dimension', `{"a":${entry('U8', '[1.5]', 0, 1)}}`, 1, /not a countable number/],
    [
      'a dimension of 2^60',
      `{"a":${entry('U8', '[1152921504606846976]', 0, 1)}}`,
      1,
      /not a countable number/,
    ],
    ['offsets in reverse', `{"a":${entry('U8', '[1]', 1, 0)}}`, 1, /make no range/],
    ['metadata that is not text', '{"__metadata__":{"a":1}}', 0, /not a string/],
    ['a header that is a list', '[]', 0, /not JSON/],
    ['deep nesting', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 0, /too deep/],
    ['text after the header', '{} x', 0, /something follows/],
    ['a string that does not end', '{"a', 0, /does not end/],
    ['an escape that does not exist', '{"\\x":1}', 0, /escape/],
  ])('refuses %s', async (_, header, dataBytes, reason) => {
    const path = await withHeader(header, new Uint8Array(dataBytes));
    expect((await refusal(openSafetensors(path), path)).message).toMatch(reason);
  });

  it('lists what it cannot read, and says so when asked for values', async () => {
    const path = await withHeader(`{"q":${entry('F6_E2M3', '[4]', 0, 3)}}`, new Uint8Array(3));
    const checkpoint = await openSafetensors(path);
    expect(checkpoint.tensors).toEqual([
      { name: 'q', shape: [4], dtype: 'F6_E2M3', elements: 4, readable: false },
    ]);
    await expect(checkpoint.read('q', 0, 1)).rejects.toThrow(/type is F6_E2M3/);
    await checkpoint.close();
  });

  it('reads any range of a tensor as one long read gives it', async () => {
    const values = Float32Array.from({ length: 300_000 }, (_, i) => Math.sin(i));
    const header = `{"w":${entry('F32', '[1000,300]', 0, values.byteLength)}}`;
    const checkpoint = await openSafetensors(await withHeader(header, new Uint8Array(values.buffer)));
    const whole = await checkpoint.read('w', 0, values.length);
    expect(whole.every((value, i) => value === values[i])).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.nat(values.length), fc.nat(values.length), async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const part = await checkpoint.read('w', start, end - start);
        expect(Buffer.compare(Buffer.from(part.buffer), Buffer.from(whole.slice(start, end).buffer))).toBe(0);
      }),
      { numRuns: 30 },
    );
    const both = await Promise.all([
      checkpoint.read('w', 0, 150_000),
      checkpoint.read('w', 150_000, 150_000),
    ]);
    expect(
      Buffer.concat(both.map(({ buffer }) => Buffer.from(buffer))).equals(Buffer.from(whole.buffer)),
    ).toBe(true);
    expect(await readInPieces(checkpoint, 'w', 1000, 333)).toEqual(whole.slice(0, 1000));
    await expect(checkpoint.read('w', 299_999, 2)).rejects.toThrow(/it has 300000/);
    await expect(checkpoint.read('none', 0, 1)).rejects.toThrow(/no tensor "none"/);
    await checkpoint.close();
  });
});
