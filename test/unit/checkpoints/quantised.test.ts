import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
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

describe('complex matrices', () => {
  it('have the singular values that NumPy gives for them, each once', async () => {
    const store = new ReportStore();
    const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 2 });
    const signal = new AbortController().signal;
    await inspect(
      { path: fixture('complex.npz'), settings },
      { signal, onAddition: (each) => store.add(each) },
    );
    const { spectra, tensors } = store.report()!;
    expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['a', 'complex64', [5, 3]],
      ['b', 'complex128', [5, 3]],
    ]);
    expect(spectra.map(({ tensor }) => tensor)).toEqual(['a', 'b']);
    for (const { singularValues, nulls } of spectra) {
      [5.2047928485217305, 2.9085844409767767, 1.784154022978109].forEach((value, i) =>
        expect(singularValues[i]).toBeCloseTo(value, 12),
      );
      expect(singularValues).toHaveLength(3);
      // The variance of the real parts and that of the imaginary ones.
      expect(nulls.marchenkoPastur!.variance).toBeCloseTo(2.4237980192532174, 12);
      expect(nulls.shuffled).toMatchObject({ draws: 2 });
      expect(nulls.shuffled!.mean).toHaveLength(3);
    }
  });
});
