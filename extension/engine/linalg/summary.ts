import { GeometryError } from '../../contract/errors.js';
import { ownWorkspace, type Workspace } from './kernels.js';

/** What a block of numbers is like. A sum is not finite where a number is not. */
export interface Summary {
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Extremes among the numbers that are not NaN; ±∞ the other way round where there are none. */
  readonly min: number;
  readonly max: number;
  readonly zeros: number;
  /** Σ(x − mean)². */
  readonly squaresAboutMean: number;
}

/** Numbers that one call takes: a block stays in the cache while it is gone through twice. */
export const BLOCK = 4096;
/** Most bins of {@link countInBins}. */
const MOST_BINS = 1024;
const RESULTS = 6;

/** 32-bit integers in the kernels' memory. */
interface Integers {
  readonly address: number;
  readonly data: Int32Array;
}

interface Memory extends Pick<Workspace, 'kernels'> {
  readonly block: { readonly address: number; readonly data: Float64Array };
  readonly results: { readonly address: number; readonly data: Float64Array };
  readonly counts: Integers;
  readonly outside: Integers;
}

let opened: Memory | undefined;

/** Calls are synchronous, so that one memory serves all of a thread. */
const memory = (): Memory => {
  if (opened) return opened;
  const { kernels, allocate } = ownWorkspace(4, BLOCK + RESULTS + (MOST_BINS + BLOCK) / 2);
  const integers = (length: number): Integers => {
    const { address, data } = allocate(length / 2);
    return { address, data: new Int32Array(data.buffer, address, length) };
  };
  const [block, results] = [allocate(BLOCK), allocate(RESULTS)];
  return (opened = { kernels, block, results, counts: integers(MOST_BINS), outside: integers(BLOCK) });
};

/** Of at most {@link BLOCK} numbers, one at least. */
export const summaryOf = (numbers: Float64Array): Summary => {
  const { kernels, block, results } = memory();
  block.data.set(numbers);
  kernels.summarise(block.address, numbers.length, results.address);
  const [sum, sumOfSquares, min, max, zeros, squaresAboutMean] = results.data as unknown as SixNumbers;
  return { sum, sumOfSquares, min, max, zeros, squaresAboutMean };
};

type SixNumbers = readonly [number, number, number, number, number, number];

/** Σx and Σx² of any count of numbers, in blocks. */
export const sumsOf = (numbers: Float64Array): Pick<Summary, 'sum' | 'sumOfSquares'> => {
  let [sum, sumOfSquares] = [0, 0];
  for (let from = 0; from < numbers.length; from += BLOCK) {
    const found = summaryOf(numbers.subarray(from, from + BLOCK));
    sum += found.sum;
    sumOfSquares += found.sumOfSquares;
  }
  return { sum, sumOfSquares };
};

/**
 * Adds to `counts` (at most {@link MOST_BINS}) how many numbers have ⌊x·perWidth⌋ = first, first + 1, …; `apart` is told of
 * the others, NaN included. @throws GeometryError `internal` where there are more bins.
 */
export const countInBins = (
  numbers: Float64Array,
  perWidth: number,
  first: number,
  counts: Float64Array,
  apart: (number: number) => void,
): void => {
  if (counts.length > MOST_BINS) {
    throw new GeometryError('internal', `${counts.length} bins are more than ${MOST_BINS}.`);
  }
  const { kernels, block, counts: own, outside } = memory();
  own.data.fill(0);
  for (let from = 0; from < numbers.length; from += BLOCK) {
    const some = numbers.subarray(from, from + BLOCK);
    block.data.set(some);
    const others = kernels.countBins(
      ...([block.address, some.length, perWidth, first, counts.length] as const),
      ...([own.address, outside.address] as const),
    );
    for (let i = 0; i < others; i++) apart(some[outside.data[i]!]!);
  }
  for (let bin = 0; bin < counts.length; bin++) counts[bin]! += own.data[bin]!;
};
