import { mkdtempSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Checkpoint, DensePlace } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { bytesPerElement, decodeElements } from '../../../extension/engine/checkpoints/tensors/dtypes.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { writeSafetensors } from '../inspection/seriesFixture.js';
import { openBelow } from '../openDescriptors.js';

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
const paths = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(safetensors|pt|pth|ckpt|bin|gguf|npz|npy|onnx|h5|keras|msgpack|metadata)$/.test(path))
  .sort();

/** The values of the bytes of the open file, as a thread reads them; undefined where there is no file. */
const valuesAt = async (
  { source, offset, dtype }: DensePlace,
  elements: number,
): Promise<Float64Array | undefined> => {
  const lease = await source.lease?.();
  if (lease === undefined) return undefined;
  try {
    const bytes = new Uint8Array(elements * bytesPerElement(dtype));
    expect(readSync(lease.descriptor, bytes, 0, bytes.length, lease.start + offset)).toBe(bytes.length);
    const values = new Float64Array(elements);
    decodeElements(dtype, bytes, values, 0, false);
    return values;
  } finally {
    await lease.release();
  }
};

const compared = async (checkpoint: Checkpoint): Promise<number> => {
  let count = 0;
  for (const { name, elements, readable } of checkpoint.tensors) {
    const place = readable && elements > 0 ? checkpoint.place?.(name) : undefined;
    const values = place && (await valuesAt(place, elements));
    if (values === undefined) continue;
    expect(values, name).toEqual(await checkpoint.read(name, 0, elements));
    count++;
  }
  return count;
};

describe('the place of a tensor in a file', () => {
  it('holds the numbers that are read, in every file of the fixtures', { timeout: 120_000 }, async () => {
    const formats = new Map<string, number>();
    for (const path of paths) {
      const checkpoint = await openCheckpoint(join(fixtures, path)).catch(() => undefined);
      if (checkpoint === undefined) continue;
      const count = await compared(checkpoint);
      formats.set(checkpoint.format, (formats.get(checkpoint.format) ?? 0) + count);
      await checkpoint.close();
    }
    for (const format of ['safetensors', 'pytorch-zip'])
      expect(formats.get(format), format).toBeGreaterThan(9);
    expect([...formats.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(200);
  });

  it('is an open file until it is released, also of a checkpoint that is closed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'a.safetensors');
    writeSafetensors(file, { w: { shape: [2], values: [1, 2] } });
    const checkpoint = await openCheckpoint(file);
    const lease = (await checkpoint.place!('w')!.source.lease!())!;
    await checkpoint.close();
    expect(readSync(lease.descriptor, new Uint8Array(8), 0, 8, 0)).toBe(8);
    if (process.platform === 'linux') expect(openBelow(folder)).toEqual([file]);
    await lease.release();
    expect(openBelow(folder)).toEqual([]);
  });
});
