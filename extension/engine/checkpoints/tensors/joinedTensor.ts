import type { TensorInfo } from './checkpoint.js';
import type { StoredTensor } from './storedTensors.js';

/** A box of a tensor that is stored by itself, row-major. */
export interface TensorPart {
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
  readonly read: (start: number, length: number, into: Float64Array) => Promise<void>;
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** Whether boxes lie in a tensor and together hold as many elements as it: with no overlap they fill it. */
export const fills = (shape: readonly number[], parts: readonly TensorPart[]): boolean =>
  parts.every(
    ({ offsets, sizes }) =>
      offsets.length === shape.length &&
      sizes.length === shape.length &&
      sizes.every((size, axis) => offsets[axis]! + size <= shape[axis]!),
  ) && parts.reduce((sum, { sizes }) => sum + product(sizes), 0) === product(shape);

/** Axes from the last back that a box covers whole, with the one before them: what lies in one run of the tensor. */
const runOf = (shape: readonly number[], sizes: readonly number[]): { axis: number; length: number } => {
  let axis = shape.length - 1;
  while (axis > 0 && sizes[axis] === shape[axis]) axis--;
  return { axis, length: product(sizes.slice(Math.max(axis, 0))) };
};

/**
 * A tensor made of boxes (slices that ranks have saved). Each run of a box that is whole in the tensor is read in one
 * piece. The caller has checked that the boxes fill it.
 */
export const joinedTensor = (info: TensorInfo, parts: readonly TensorPart[]): StoredTensor => {
  const { shape } = info;
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const boxes = parts
    .filter(({ sizes }) => product(sizes) > 0)
    .map((part) => ({ ...part, run: runOf(shape, part.sizes), elements: product(part.sizes) }));

  /** Where a box's element lies in the tensor. */
  const placeOf = ({ offsets, sizes }: TensorPart, at: number): number => {
    let rest = at;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const coordinate = rest % sizes[axis]!;
      rest = (rest - coordinate) / sizes[axis]!;
      place += (offsets[axis]! + coordinate) * strides[axis]!;
    }
    return place;
  };

  return {
    ...info,
    async readElements(start, length, into) {
      const end = start + length;
      for (const box of boxes) {
        const { run, elements } = box;
        const runs = elements / run.length;
        // Runs lie in the tensor in the order of the box: those before the range and after it are passed over.
        let first = 0;
        for (let high = runs; first < high;) {
          const middle = (first + high) >> 1;
          if (placeOf(box, middle * run.length) + run.length > start) high = middle;
          else first = middle + 1;
        }
        for (let i = first; i < runs; i++) {
          const place = placeOf(box, i * run.length);
          if (place >= end) break;
          const from = Math.max(start, place);
          const to = Math.min(end, place + run.length);
          const target = into.subarray(from - start, to - start);
          await box.read(i * run.length + from - place, to - from, target);
        }
      }
    },
  };
};
