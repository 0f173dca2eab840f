/** How many elements of each axis of a tensor share one scale, and how many scales there are along it. */
export interface ScaleGrid {
  readonly shape: readonly number[];
  readonly blocks: readonly number[];
  readonly counts: readonly number[];
}

/** Blocks of DeepSeek's FP8 checkpoints, which have no whole number of them along some axes. */
const USUAL_BLOCK = 128;

const blockOf = (size: number, count: number, usual: number): number | undefined => {
  if (count === 1) return size;
  if (count === size) return 1;
  if (Math.ceil(size / usual) === count) return usual;
  return size % count === 0 ? size / count : undefined;
};

/**
 * How scales of one shape lie over a tensor of another: one for all, one for each index of the first axis, or one for
 * each block; undefined where they do not fit.
 */
export const scaleGrid = (
  shape: readonly number[],
  scales: readonly number[],
  usual: readonly number[] = [],
): ScaleGrid | undefined => {
  const number = scales.reduce((product, size) => product * size, 1);
  if (number === 1) return { shape, blocks: shape, counts: shape.map(() => 1) };
  if (shape.length === 0 || scales.length === 0) return undefined;
  const padded = scales.length === shape.length ? scales : shape.map((_, axis) => scales[axis] ?? 1);
  if (scales.length > shape.length || (scales.length < shape.length && scales[0] !== shape[0]))
    return undefined;
  const blocks = shape.map((size, axis) =>
    blockOf(size, padded[axis]!, usual[usual.length - shape.length + axis] ?? USUAL_BLOCK),
  );
  return blocks.every((block) => block !== undefined) ? { shape, blocks, counts: padded } : undefined;
};

/** A grid of one scale for each index of an axis, in blocks of `block` (1: no blocks). */
export const axisGrid = (shape: readonly number[], axis: number): ScaleGrid => ({
  shape,
  blocks: shape.map((size, i) => (i === axis ? 1 : size)),
  counts: shape.map((size, i) => (i === axis ? size : 1)),
});

/** Scales of a grid, and the codes that stand for zero where they are not all 0. */
export interface Scales {
  readonly scales: Float64Array;
  readonly zeros?: Float64Array | undefined;
}

/**
 * values[i] = (code − zero)·scale, rounded to float32, in place: `values` holds the codes of the elements from `start`
 * on, row-major.
 */
export const applyScales = (
  grid: ScaleGrid,
  { scales, zeros }: Scales,
  values: Float64Array,
  start: number,
  length: number,
): void => {
  const { shape, blocks, counts } = grid;
  const last = shape.length - 1;
  const row = shape[last] ?? 1;
  const block = blocks[last] ?? 1;
  for (let done = 0; done < length;) {
    const position = start + done;
    const column = position % row;
    let outer = (position - column) / row;
    let base = 0;
    let stride = counts[last] ?? 1;
    for (let axis = last - 1; axis >= 0; axis--) {
      const coordinate = outer % shape[axis]!;
      outer = (outer - coordinate) / shape[axis]!;
      base += Math.floor(coordinate / blocks[axis]!) * stride;
      stride *= counts[axis]!;
    }
    const end = Math.min(length, done + row - column);
    for (let at = column; done < end; at++, done++) {
      const place = base + Math.floor(at / block);
      values[done] = Math.fround((values[done]! - (zeros?.[place] ?? 0)) * scales[place]!);
    }
  }
};
