import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { decodeElements, isNumericDtype } from '../../../extension/engine/checkpoints/tensors/dtypes.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { readInPieces } from './expectedFigures.js';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/quantised/${name}`, import.meta.url));
const expected = await openCheckpoint(fixture('expected.safetensors'));

/** What gguf-py, onnxruntime and ml_dtypes give, by the start of its name. */
const valuesOf = async (
  prefix: string,
): Promise<Map<string, { shape: readonly number[]; values: Float64Array }>> => {
  const chosen = expected.tensors.filter(({ name }) => name.startsWith(prefix));
  const entries = chosen.map(async ({ name, shape, elements }) => {
    return [name.slice(prefix.length), { shape, values: await expected.read(name, 0, elements) }] as const;
  });
  return new Map(await Promise.all(entries));
};

const expectEqual = async (checkpoint: Checkpoint, prefix: string): Promise<void> => {
  const known = await valuesOf(prefix);
  expect(known.size).toBeGreaterThan(0);
  for (const [name, { shape, values }] of known) {
    const tensor = checkpoint.tensors.find((each) => each.name === name);
    expect(tensor, name).toMatchObject({ shape, readable: true });
    expect(tensor?.computed, name).toMatch(/^dequantised from /);
    expect(await checkpoint.read(name, 0, values.length), name).toEqual(values);
    expect(await readInPieces(checkpoint, name, values.length, 37), name).toEqual(values);
  }
};

describe('dequantised values are those of the formats’ own code, to the last bit of float32', () => {
  it('GGUF blocks: gguf-py', async () => {
    const checkpoint = await openCheckpoint(fixture('blocks.gguf'));
    await expectEqual(checkpoint, 'gguf.');
    await checkpoint.close();
  });

  it('DequantizeLinear for a tensor, an axis, blocks: onnxruntime', async () => {
    const checkpoint = await openCheckpoint(fixture('codes.onnx'));
    await expectEqual(checkpoint, 'onnx.');
    const parts = checkpoint.tensors.filter(({ name }) => /\.(?:scale|zero)$/.test(name));
    expect(parts.every(({ unmeasured }) => unmeasured?.isUsed)).toBe(true);
    await checkpoint.close();
  });

  it('FP8, int8, MXFP8, MXFP4 and NVFP4 with scales beside them: ml_dtypes', async () => {
    const checkpoint = await openCheckpoint(fixture('scaled.safetensors'));
    await expectEqual(checkpoint, 'scaled.');
    const parts = checkpoint.tensors.filter(({ name }) => /scale/.test(name));
    expect(parts.every(({ unmeasured }) => unmeasured?.isUsed)).toBe(true);
    await checkpoint.close();
  });

  it('every bit pattern of the eight-bit floats: ml_dtypes', async () => {
    for (const [dtype, { values }] of await valuesOf('patterns.')) {
      if (!isNumericDtype(dtype)) throw new Error(`${dtype} is not a type that is read`);
      const into = new Float64Array(256);
      decodeElements(
        dtype,
        Uint8Array.from({ length: 256 }, (_, pattern) => pattern),
        into,
      );
      expect(
        into.map((value) => (Number.isNaN(value) ? 12345 : value)),
        dtype,
      ).toEqual(values);
    }
  });
});
