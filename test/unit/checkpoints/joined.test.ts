import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import {
  fills,
  joinedTensor,
  type TensorPart,
} from '../../../extension/engine/checkpoints/tensors/joinedTensor.js';

/** The boxes that a grid of cuts makes of a tensor, each with the tensor's own values. */
const boxes = (shape: readonly number[], cuts: readonly (readonly number[])[]): TensorPart[] => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const ranges = shape.map((size, axis) => {
    const bounds = [...new Set([0, ...(cuts[axis] ?? []).map((cut) => cut % (size + 1)), size])].sort(
      (a, b) => a - b,
    );
    return bounds.slice(1).map((end, i) => [bounds[i]!, end] as const);
  });
  const grid = ranges.reduce<(readonly [number, number])[][]>(
    (before, own) => before.flatMap((box) => own.map((range) => [...box, range])),
    [[]],
  );
  return grid.map((box) => {
    const offsets = box.map(([start]) => start);
    const sizes = box.map(([start, end]) => end - start);
    const read = (start: number, length: number, into: Float64Array): Promise<void> => {
      for (let i = 0; i < length; i++) {
        let rest = start + i;
        let place = 0;
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          place += (offsets[axis]! + (rest % sizes[axis]!)) * strides[axis]!;
          rest = Math.floor(rest / sizes[axis]!);
        }
        into[i] = place;
      }
      return Promise.resolve();
    };
    return { offsets, sizes, read };
  });
};

describe('a tensor of boxes', () => {
  it('is the tensor that was cut, whatever range is read', async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });
    const cuts = fc.array(fc.array(fc.nat(6), { maxLength: 2 }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(shapes, cuts, fc.nat(1000), fc.nat(1000), async (shape, all, a, b) => {
        const parts = boxes(shape, all);
        expect(fills(shape, parts)).toBe(true);
        const elements = shape.reduce((product, size) => product * size, 1);
        const tensor = joinedTensor({ name: 't', shape, dtype: 'float32', elements, readable: true }, parts);
        const start = a % elements;
        const length = b % (elements - start + 1);
        const into = new Float64Array(length).fill(-1);
        await tensor.readElements(start, length, into);
        expect([...into]).toEqual(Array.from({ length }, (_, i) => start + i));
      }),
    );
  });

  it('is not filled by boxes that lack one or reach beyond it', () => {
    const parts = boxes([4, 4], [[2], [2], []]);
    expect(fills([4, 4], parts.slice(1))).toBe(false);
    expect(fills([4, 3], parts)).toBe(false);
  });
});

describe('tensor-parallel ranks', () => {
  it('are joined by the rule of Megatron: rows of what widens, columns of what narrows', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ranks-'));
    try {
      const source = fileURLToPath(
        new URL('../../fixtures/cases/neox_layer_files/global_step0', import.meta.url),
      );
      for (const name of await readdir(source)) {
        await cp(join(source, name), join(folder, name));
        if (name.startsWith('layer_'))
          await cp(join(source, name), join(folder, name.replace('model_00', 'model_01')));
      }
      const [one, two] = [await openCheckpoint(source), await openCheckpoint(folder)];
      const widened = two.tensors.map(({ name, shape }) => {
        const alone = one.tensors.find((tensor) => tensor.name === name)!.shape;
        return [name, shape.map((size, axis) => size / alone[axis]!)] as const;
      });
      for (const [name, factors] of widened) {
        const expected = /(?:query_key_value|dense_h_to_4h|word_embeddings|final_linear)\.weight$/.test(name)
          ? [2, 1]
          : /(?:attention\.dense|dense_4h_to_h)\.weight$/.test(name)
            ? [1, 2]
            : /(?:query_key_value|dense_h_to_4h)\.bias$/.test(name)
              ? [2]
              : factors.map(() => 1);
        expect(factors, name).toEqual(expected);
      }
      expect(widened.some(([, factors]) => factors.includes(2))).toBe(true);
      await Promise.all([one.close(), two.close()]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
