import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover } from '../../../extension/engine/checkpoints/discovery/series.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { fixture } from '../references.js';

type Expected = Record<string, Record<string, { shape: number[]; dtype: string; values: number[] }>>;
/** Written by Flax, read again by Flax. */
const expected = JSON.parse(readFileSync(fixture('msgpack/expected.json'), 'utf8')) as Expected;
/** NumPy's and ml_dtypes' types that are listed, with a reason. */
const notRead = ['int4', 'float8_e3m4'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-msgpack-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const written = (...bytes: number[]): string => {
  const file = path.join(folder, 'flax_model.msgpack');
  writeFileSync(file, Uint8Array.from(bytes));
  return file;
};

describe('checkpoints that Flax names without an ending', () => {
  const at = (name: string): string => path.join(folder, name);

  it('are a series by their first bytes, beside files of other kinds', async () => {
    // As flax.training.checkpoints.save_checkpoint names them.
    for (const step of [2, 10, 100])
      copyFileSync(fixture('msgpack', 'train_state.msgpack'), at(`checkpoint_${step}`));
    writeFileSync(at('LICENSE'), 'Apache License\n');
    writeFileSync(at('empty'), '');
    const { series } = await discover(folder);
    expect(series).toHaveLength(1);
    expect(series[0]!.checkpoints.map(({ step }) => step)).toEqual([2, 10, 100]);
    const checkpoint = await series[0]!.checkpoints[1]!.open();
    expect(checkpoint.format).toBe('msgpack');
    await checkpoint.close();
  });

  it('as other formats do, are known by what they hold', async () => {
    copyFileSync(fixture('hdf5', 'plain.h5'), at('weights'));
    const { series } = await discover(folder);
    expect(series[0]!.checkpoints.map(({ path: file }) => file)).toEqual([at('weights')]);
  });

  it('are no weights where a file says by its name that it is some', async () => {
    copyFileSync(fixture('msgpack', 'train_state.msgpack'), at('checkpoint_2'));
    copyFileSync(fixture('msgpack', 'train_state.msgpack'), at('flax_model.msgpack'));
    const { series } = await discover(folder);
    expect(series.flatMap(({ checkpoints }) => checkpoints.map(({ label }) => label))).toEqual([
      'flax_model',
    ]);
  });
});

describe('msgpack files of Flax', () => {
  it.each(Object.entries(expected))('%s has the arrays that Flax reads', async (file, arrays) => {
    const checkpoint = await openCheckpoint(fixture('msgpack', file));
    expect(checkpoint.tensors.map(({ name }) => name).sort()).toEqual(Object.keys(arrays).sort());
    for (const tensor of checkpoint.tensors) {
      const { dtype, values } = arrays[tensor.name]!;
      expect(tensor.dtype).toBe(dtype);
      expect(tensor.readable).toBe(!notRead.includes(dtype));
      if (!tensor.readable) continue;
      expect([...(await checkpoint.read(tensor.name, 0, values.length))]).toEqual(values);
      const [start, length] = [Math.floor(values.length / 3), Math.floor(values.length / 2)];
      expect([...(await checkpoint.read(tensor.name, start, length))]).toEqual(
        values.slice(start, start + length),
      );
    }
    await checkpoint.close();
  });

  it('have kernels with outputs as columns, heads together, the state of the optimiser apart and the step', async () => {
    const checkpoint = await openCheckpoint(fixture('msgpack/train_state.msgpack'));
    const find = (end: string) => checkpoint.tensors.find(({ name }) => name === `params/${end}`)!;
    expect(checkpoint.step).toBe(1);
    // (3, 3, 2, 4); (4, 2 heads, 3); (2 heads, 3, 4); (2, 3) of a bias.
    expect(find('Conv_0/kernel').shape).toEqual([18, 4]);
    expect(find('MultiHeadDotProductAttention_0/query/kernel').shape).toEqual([4, 6]);
    expect(find('MultiHeadDotProductAttention_0/out/kernel').shape).toEqual([6, 4]);
    expect(find('MultiHeadDotProductAttention_0/query/bias').shape).toEqual([6]);
    const moments = checkpoint.tensors.filter(({ name }) => name.startsWith('opt_state/'));
    expect(moments.length).toBeGreaterThan(10);
    for (const { unmeasured } of moments) expect(unmeasured?.reason).toBe('state of the optimiser');
    await checkpoint.close();
  });

  it('are known by their content, whatever their ending', async () => {
    const bytes = readFileSync(fixture('msgpack/train_state.msgpack'));
    const file = path.join(folder, 'checkpoint_1');
    writeFileSync(file, bytes);
    const checkpoint = await openCheckpoint(file);
    expect(checkpoint.format).toBe('msgpack');
    await checkpoint.close();
  });

  it.each([
    ['an empty file', [], 'the file has 0 bytes'],
    ['no arrays', [0x81, 0xa1, 0x61, 0x01], 'holds no arrays as Flax writes them'],
    ['a byte that begins nothing', [0x81, 0xa1, 0x61, 0xc1], 'begins no value of msgpack'],
    [
      'four milliards of values',
      [0x81, 0xa1, 0x61, 0xdd, 255, 255, 255, 255],
      '4294967295 values are told of',
    ],
    ['bytes past the end', [0x81, 0xa1, 0x61, 0xc6, 255, 255, 255, 255], 'the file ends early'],
    ['values a thousand deep', [0x81, 0xa1, 0x61, ...Array<number>(1000).fill(0x91), 0], 'more than 64 deep'],
    ['more after the value', [0x81, 0xa1, 0x61, 0x01, 0x02], '1 bytes follow the value'],
    ['an array without a shape', [0x81, 0xa1, 0x61, 0xd4, 0x01, 0x90], 'the array "a" has no shape'],
    // [[2], "int8", 1 byte]
    [
      'an array shorter than its shape',
      [
        0x81, 0xa1, 0x61, 0xc7, 0x0a, 0x01, 0x93, 0x91, 0x02, 0xa4, 0x69, 0x6e, 0x74, 0x38, 0xc4, 0x01, 0x05,
      ].map((byte, i) => (i === 4 ? 11 : byte)),
      'has 1 bytes; its shape and type want 2',
    ],
  ])('%s: one sentence', async (_, bytes, sentence) => {
    const file = written(...bytes);
    const failure = await openCheckpoint(file).catch((thrown: unknown) => (thrown as Error).message);
    expect(failure).toContain(sentence);
    expect(failure).toContain(file);
  });
});
