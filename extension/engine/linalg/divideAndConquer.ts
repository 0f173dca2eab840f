import { secularRoot } from './secularEquation.js';
import { identity, maxAbs } from './matrix.js';
import { productInto } from './product.js';
import { withScratch, type Scratch } from './scratch.js';
import type { Pause } from '../ground/work/pause.js';

/**
 * Decomposition of an upper bidiagonal block with n rows and n or n + 1 columns. Singular vectors are rows, in the order
 * of the values; with n + 1 columns the last right row is the null vector.
 */
export interface BidiagonalSvd {
  /** Ascending. */
  readonly values: Float64Array;
  /** n × n. */
  readonly left: Float64Array;
  /** (n or n + 1) squared. */
  readonly right: Float64Array;
}

/** What counts as zero when two blocks are joined, in units of their largest entry. */
const DEFLATION = 8 * 2 ** -53;
/**
 * The least tolerance, in units of the whole matrix's largest entry: within a block that is nearly zero, poles and their
 * squares' quotients would otherwise leave the range of float64.
 */
const FLOOR = 2 ** -60;

/**
 * The singular value decomposition of the n × n upper bidiagonal matrix, by divide and conquer (Gu and Eisenstat 1995):
 * the halves beside the middle row are solved, which leaves an arrow matrix whose values come from the secular equation
 * and whose vectors from the z that has exactly those values. Nearly all work is matrix products.
 */
export const bidiagonalSvd = async (
  diagonal: Float64Array,
  superdiagonal: Float64Array,
  pause: Pause,
): Promise<BidiagonalSvd> => {
  const n = diagonal.length;
  const largest = Math.max(maxAbs(diagonal), maxAbs(superdiagonal));
  if (largest > 0) {
    return withScratch(async (scratch) => {
      const whole = { floor: FLOOR * largest, scratch, pause };
      const { values, left, right } = await solve(diagonal, superdiagonal, 0, n, 0, whole);
      const own = { values, left: left.slice(), right: right.slice() };
      scratch.give(left, right);
      return own;
    });
  }
  return { values: new Float64Array(n), left: identity(n).data, right: identity(n).data };
};

/** What all blocks of one matrix have in common. */
interface Whole {
  readonly floor: number;
  readonly scratch: Scratch;
  readonly pause: Pause;
}

const solve = async (
  d: Float64Array,
  e: Float64Array,
  from: number,
  n: number,
  extra: 0 | 1,
  whole: Whole,
): Promise<BidiagonalSvd> => {
  if (n === 0) {
    return {
      values: new Float64Array(0),
      left: new Float64Array(0),
      right: new Float64Array(extra).fill(1),
    };
  }
  if (n === 1) return oneRow(d[from]!, extra === 1 ? e[from]! : undefined);
  const above = n >> 1;
  const upper = await solve(d, e, from, above, 1, whole);
  const lower = await solve(d, e, from + above + 1, n - above - 1, extra, whole);
  const merged = await merge(upper, lower, d[from + above]!, e[from + above] ?? 0, extra, whole);
  whole.scratch.give(upper.left, upper.right, lower.left, lower.right);
  await whole.pause();
  return merged;
};

const oneRow = (alpha: number, beta: number | undefined): BidiagonalSvd => {
  if (beta === undefined) {
    return {
      values: Float64Array.of(Math.abs(alpha)),
      left: Float64Array.of(alpha < 0 ? -1 : 1),
      right: Float64Array.of(1),
    };
  }
  const r = Math.hypot(alpha, beta);
  const c = r === 0 ? 1 : alpha / r;
  const s = r === 0 ? 0 : beta / r;
  return { values: Float64Array.of(r), left: Float64Array.of(1), right: Float64Array.of(c, s, -s, c) };
};

/** One row of the arrow matrix: its pole, its z, and the vectors of the halves that it stands for. */
interface Entry {
  d: number;
  z: number;
  readonly leftTop: Float64Array | undefined;
  readonly leftBottom: Float64Array | undefined;
  readonly rightTop: Float64Array | undefined;
  readonly rightBottom: Float64Array | undefined;
}

const merge = async (
  upper: BidiagonalSvd,
  lower: BidiagonalSvd,
  alpha: number,
  beta: number,
  extra: 0 | 1,
  { floor, scratch }: Whole,
): Promise<BidiagonalSvd> => {
  const above = upper.values.length;
  const below = lower.values.length;
  const n = above + below + 1;
  const top = above + 1;
  const bottom = below + extra;

  const nullTop = upper.right.subarray(above * top, (above + 1) * top);
  const lambda = alpha * nullTop[above]!;
  const nullBottom = extra === 1 ? lower.right.subarray(below * bottom, (below + 1) * bottom) : undefined;
  const phi = nullBottom === undefined ? 0 : beta * nullBottom[0]!;
  const z0 = Math.hypot(lambda, phi);
  const c = z0 === 0 ? 1 : lambda / z0;
  const s = z0 === 0 ? 0 : phi / z0;

  const largest = Math.max(
    Math.abs(alpha),
    Math.abs(beta),
    upper.values[above - 1] ?? 0,
    lower.values[below - 1] ?? 0,
  );
  const tolerance = Math.max(DEFLATION * largest, floor);
  const first: Entry = {
    d: 0,
    z: Math.max(z0, tolerance),
    leftTop: undefined,
    leftBottom: undefined,
    rightTop: nullTop.map((x) => c * x),
    rightBottom: s === 0 ? undefined : nullBottom?.map((x) => s * x),
  };
  const { kept, deflated } = deflate(first, sortedEntries(upper, lower, alpha, beta, top, bottom), tolerance);

  const k = kept.length;
  const { sigmas, left: leftWeights, right: rightWeights } = arrowVectors(kept, scratch);
  /** The rows that have the part, weighted: k × width. */
  const combine = async (
    { weights, scales }: Weights,
    part: 'leftTop' | 'leftBottom' | 'rightTop' | 'rightBottom',
    width: number,
  ): Promise<Float64Array> => {
    const present = Int32Array.from(kept.flatMap((entry, i) => (entry[part] === undefined ? [] : [i])));
    const count = present.length;
    const rows = scratch.take(count * width);
    const chosen = scratch.take(k * count);
    for (let at = 0; at < count; at++) rows.set(kept[present[at]!]![part]!, at * width);
    for (let j = 0; j < k; j++) {
      const [from, to, scale] = [j * k, j * count, scales[j]!];
      for (let at = 0; at < count; at++) chosen[to + at] = scale * weights[from + present[at]!]!;
    }
    const result = scratch.take(k * width);
    await productInto(result, chosen, rows, k, count, width);
    scratch.give(rows, chosen);
    return result;
  };
  const leftTop = await combine(leftWeights, 'leftTop', above);
  const leftBottom = await combine(leftWeights, 'leftBottom', below);
  const rightTop = await combine(rightWeights, 'rightTop', top);
  const rightBottom = await combine(rightWeights, 'rightBottom', bottom);

  const columns = n + extra;
  const values = new Float64Array(n);
  const left = scratch.take(n * n);
  const right = scratch.take(columns * columns);
  /** A row of the result: `from` counts in numbers, or the part is zero. */
  const put = (
    into: Float64Array,
    at: number,
    part: Float64Array | undefined,
    from: number,
    width: number,
  ) => {
    if (part === undefined) into.fill(0, at, at + width);
    else for (let i = 0; i < width; i++) into[at + i] = part[from + i]!;
  };
  const place = (row: number, parts: Omit<Entry, 'd' | 'z'>, j: number, middle: number): void => {
    put(left, row * n, parts.leftTop, j * above, above);
    left[row * n + above] = middle;
    put(left, row * n + above + 1, parts.leftBottom, j * below, below);
    put(right, row * columns, parts.rightTop, j * top, top);
    put(right, row * columns + top, parts.rightBottom, j * bottom, bottom);
  };
  const combined = { leftTop, leftBottom, rightTop, rightBottom };
  deflated.sort((a, b) => a.d - b.d);
  let j = 0;
  let gone = 0;
  for (let row = 0; row < n; row++) {
    const next = deflated[gone];
    if (next !== undefined && (j === k || next.d < sigmas[j]!)) {
      values[row] = next.d;
      place(row, next, 0, 0);
      gone++;
    } else {
      values[row] = sigmas[j]!;
      place(row, combined, j, leftWeights.scales[j]! * leftWeights.weights[j * k]!);
      j++;
    }
  }
  scratch.give(leftTop, leftBottom, rightTop, rightBottom, leftWeights.weights, rightWeights.weights);
  if (nullBottom !== undefined) {
    for (let i = 0; i < top; i++) right[n * columns + i] = -s * nullTop[i]!;
    for (let i = 0; i < bottom; i++) right[n * columns + top + i] = c * nullBottom[i]!;
  }
  return { values, left, right };
};

/** The rows of the arrow matrix below its first, poles ascending. */
const sortedEntries = (
  upper: BidiagonalSvd,
  lower: BidiagonalSvd,
  alpha: number,
  beta: number,
  top: number,
  bottom: number,
): Entry[] => {
  const above = upper.values.length;
  const below = lower.values.length;
  const entries: Entry[] = [];
  for (let i = 0; i < above; i++) {
    const right = upper.right.subarray(i * top, (i + 1) * top);
    entries.push({
      d: upper.values[i]!,
      z: alpha * right[above]!,
      leftTop: upper.left.subarray(i * above, (i + 1) * above),
      leftBottom: undefined,
      rightTop: right,
      rightBottom: undefined,
    });
  }
  for (let i = 0; i < below; i++) {
    const right = lower.right.subarray(i * bottom, (i + 1) * bottom);
    entries.push({
      d: lower.values[i]!,
      z: beta * right[0]!,
      leftTop: undefined,
      leftBottom: lower.left.subarray(i * below, (i + 1) * below),
      rightTop: undefined,
      rightBottom: right,
    });
  }
  return entries.sort((a, b) => a.d - b.d);
};

/** x·z_x + y·z_y over the length of z, or its perpendicular; either may be absent (zero). */
const rotated = (
  x: Float64Array | undefined,
  fx: number,
  y: Float64Array | undefined,
  fy: number,
): Float64Array | undefined => {
  if (x === undefined) return y?.map((value) => fy * value);
  if (y === undefined) return x.map((value) => fx * value);
  return x.map((value, i) => fx * value + fy * y[i]!);
};

const mixed = (x: Entry, fx: number, y: Entry, fy: number, d: number, z: number): Entry => ({
  d,
  z,
  leftTop: rotated(x.leftTop, fx, y.leftTop, fy),
  leftBottom: rotated(x.leftBottom, fx, y.leftBottom, fy),
  rightTop: rotated(x.rightTop, fx, y.rightTop, fy),
  rightBottom: rotated(x.rightBottom, fx, y.rightBottom, fy),
});

/** Takes out rows that are values already: where z is negligible, or where two poles nearly agree (one rotation frees one). */
const deflate = (
  first: Entry,
  rest: readonly Entry[],
  tolerance: number,
): { kept: Entry[]; deflated: Entry[] } => {
  const kept = [first];
  const deflated: Entry[] = [];
  let previous: Entry | undefined;
  for (const entry of rest) {
    if (Math.abs(entry.z) <= tolerance) {
      deflated.push(entry);
      continue;
    }
    if (entry.d < tolerance) entry.d = tolerance;
    if (previous !== undefined && entry.d - previous.d <= tolerance) {
      const length = Math.hypot(entry.z, previous.z);
      const c = entry.z / length;
      const s = previous.z / length;
      deflated.push(mixed(previous, c, entry, -s, previous.d, 0));
      previous = mixed(previous, s, entry, c, entry.d, length);
      kept[kept.length - 1] = previous;
    } else {
      previous = entry;
      kept.push(entry);
    }
  }
  return { kept, deflated };
};

/** Vectors as rows of `weights` (k × k), each to be multiplied by its own scale. */
interface Weights {
  readonly weights: Float64Array;
  readonly scales: Float64Array;
}

/** Values (ascending) and vectors (rows) of the arrow matrix with first row z and diagonal d. */
const arrowVectors = (
  kept: readonly Entry[],
  scratch: Scratch,
): { sigmas: Float64Array; left: Weights; right: Weights } => {
  const k = kept.length;
  const d = Float64Array.from(kept, (entry) => entry.d);
  const squares = Float64Array.from(kept, (entry) => entry.z ** 2);
  const sumOfSquares = squares.reduce((sum, value) => sum + value, 0);
  const sigmas = new Float64Array(k);
  const right = scratch.take(k * k);
  for (let j = 0; j < k; j++) {
    sigmas[j] = secularRoot(d, squares, sumOfSquares, j, right.subarray(j * k, (j + 1) * k));
  }

  // The z whose arrow matrix has exactly these values: vectors from it are orthogonal whatever the roots' errors.
  const z = new Float64Array(k).fill(1);
  for (let j = 0; j < k; j++) {
    const row = right.subarray(j * k, (j + 1) * k);
    const pole = d[j]!;
    const next = j === k - 1 ? undefined : d[j + 1]!;
    for (let i = 0; i <= j; i++) {
      z[i]! *= next === undefined ? -row[i]! : -row[i]! / ((next - d[i]!) * (next + d[i]!));
    }
    for (let i = j + 1; i < k; i++) z[i]! *= row[i]! / ((d[i]! - pole) * (d[i]! + pole));
  }
  for (let i = 0; i < k; i++) z[i] = Math.sqrt(Math.abs(z[i]!)) * (kept[i]!.z < 0 ? -1 : 1);

  const left = scratch.take(k * k);
  const [leftScales, rightScales] = [new Float64Array(k), new Float64Array(k)];
  for (let j = 0; j < k; j++) {
    const at = j * k;
    let rightSquare = 0;
    let leftSquare = 1;
    for (let i = 0; i < k; i++) {
      const weight = z[i]! / right[at + i]!;
      right[at + i] = weight;
      rightSquare += weight * weight;
      if (i > 0) {
        const scaled = d[i]! * weight;
        left[at + i] = scaled;
        leftSquare += scaled * scaled;
      }
    }
    left[at] = -1;
    rightScales[j] = 1 / Math.sqrt(rightSquare);
    leftScales[j] = 1 / Math.sqrt(leftSquare);
  }
  return {
    sigmas,
    left: { weights: left, scales: leftScales },
    right: { weights: right, scales: rightScales },
  };
};
