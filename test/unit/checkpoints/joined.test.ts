import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
