import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gguf } from '@huggingface/gguf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { expectFigures, expectedFigures, formatFixture, refusal } from './expectedFigures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gguf-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Place {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: number;
  readonly offset: number;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

const make = async (
  places: readonly Place[],
  dataBytes: number,
  metadata: readonly Buffer[] = [],
): Promise<string> => {
  const infos = places.map(({ name, dims, type, offset }) =>
    Buffer.concat([text(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset)]),
  );
  const head = Buffer.concat([
    ...[Buffer.from('GGUF'), u32(3), u64(places.length), u64(metadata.length)],
    ...metadata,
    ...infos,
  ]);
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32);
  const data = Buffer.from(Uint8Array.from({ length: dataBytes }, (_, i) => i));
  const path = join(folder, 'made.gguf');
  await writeFile(path, Buffer.concat([head, padding, data]));
  return path;
};

const I8 = 24;

describe('GGUF', () => {
  it('gives the plain tensors as PyTorch wrote them, and the quantised ones by their names', async () => {
    const checkpoint = await openCheckpoint(formatFixture('model.gguf'));
    await expectFigures(checkpoint, expectedFigures['model.gguf']!);
    await checkpoint.close();
  });

  it('lists the same tensors as the Hugging Face parser', async () => {
    const path = formatFixture('model.gguf');
    const theirs = await gguf(path, { allowLocalFile: true });
    const checkpoint = await openCheckpoint(path);
    const fastestFirst = checkpoint.tensors.map(({ name, shape }) => ({ name, shape: [...shape].reverse() }));
    expect(fastestFirst).toEqual(
      theirs.tensorInfos.map(({ name, shape }) => ({ name, shape: shape.map(Number) })),
    );
    await checkpoint.close();
  });

  it('lists a tensor of an unknown type, and reads the others', async () => {
    const unknown = { name: 'new', dims: [2], type: 999, offset: 32 };
    const checkpoint = await openCheckpoint(
      await make([{ name: 'w', dims: [3], type: I8, offset: 0 }, unknown], 64),
    );
    expect(checkpoint.tensors[1]).toMatchObject({ name: 'new', dtype: 'type 999', readable: false });
    expect(checkpoint.tensors[1]!.unmeasured).toMatchObject({ isUsed: false });
    expect(await checkpoint.read('w', 0, 3)).toHaveLength(3);
    await checkpoint.close();
  });

  it('steps over metadata of every kind', async () => {
    const strings = Buffer.concat([text('tokens'), u32(9), u32(8), u64(2), text('a'), text('é')]);
    const nested = Buffer.concat([text('nested'), u32(9), u32(9), u64(1), u32(4), u64(2), u32(1), u32(2)]);
    const path = await make([{ name: 'w', dims: [3], type: I8, offset: 0 }], 3, [
      strings,
      nested,
      Buffer.concat([text('flag'), u32(7), Buffer.from([1])]),
    ]);
    const checkpoint = await openCheckpoint(path);
    expect([...(await checkpoint.read('w', 0, 3))]).toEqual([0, 1, 2]);
    await checkpoint.close();
  });

  const one: Place = { name: 'w', dims: [4], type: I8, offset: 0 };
  it.each<[string, readonly Place[], number, RegExp]>([
    ['data that end early', [one], 3, /data ends early/],
    ['a tensor that is not aligned', [{ ...one, offset: 1 }], 8, /not aligned/],
    [
      'tensors that overlap',
      [
        { ...one, dims: [40] },
        { ...one, name: 'v', offset: 32 },
      ],
      64,
      /overlaps/,
    ],
    ['two tensors of one name', [one, { ...one, offset: 32 }], 64, /two tensors "w"/],
    ['a shape that overflows', [{ ...one, dims: [2 ** 40, 2 ** 40] }], 4, /overflows/],
    ['rows that are no whole blocks', [{ ...one, dims: [33], type: 8 }], 64, /whole number of Q8_0 blocks/],
    ['more axes than ggml has', [{ ...one, dims: Array<number>(9).fill(1) }], 4, /9 axes/],
  ])('refuses %s', async (_, places, dataBytes, reason) => {
    const path = await make(places, dataBytes);
    expect((await refusal(openCheckpoint(path), path)).message).toMatch(reason);
  });
});
