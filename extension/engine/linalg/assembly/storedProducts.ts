import { addPair } from './differences';

/** Bytes of two float64 of a row; those of the four rows of a group lie beside each other. */
const PAIR: usize = 16;
/** Bytes from two numbers of a row to its next two. */
const STEP: usize = 64;

/**
 * For `rows` rows θ_0, θ_1, … of float32 as files hold them, each `n` numbers (a multiple of 4) from the beginning of its
 * `stride` bytes: adds the inner products of θ_1 − θ_0, θ_2 − θ_0, … and last of −θ_0 to `sums` (row-major, R squared with
 * R = rows rounded up to a multiple of 4; the lower triangle and a little more), and Σx and Σx² of the last row to the two
 * numbers at `moments`. Everything is float64. Rows are taken `tile` numbers at a time (a multiple of 4), through
 * `work`: (R + 1)·tile float64, zeros at first.
 */
export function addStoredProducts(
  stored: usize,
  stride: usize,
  rows: i32,
  n: i32,
  tile: i32,
  work: usize,
  sums: usize,
  moments: usize,
): void {
  const groups = (rows + 3) >> 2;
  const rowBytes = (<usize>tile) << 3;
  const first = work + <usize>(groups << 2) * rowBytes;
  for (let from = 0; from < n; from += tile) {
    const count = n - from < tile ? n - from : tile;
    const source = stored + ((<usize>from) << 2);
    const last = rows - 1;
    promote(source, count, first, placeOf(work, last, rowBytes));
    for (let row = 1; row < rows; row++) {
      differences(source + <usize>row * stride, first, count, placeOf(work, row - 1, rowBytes));
    }
    addMoments(source + <usize>last * stride, count, moments);
    addGroups(work, groups, rowBytes, (<usize>count) << 5, sums);
  }
}

function placeOf(work: usize, row: i32, rowBytes: usize): usize {
  return work + <usize>(row & ~3) * rowBytes + <usize>(row & 3) * PAIR;
}

/** The upper two float32 of four, as float64. */
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 0));
}

/** The `n` float32 at `source` as float64 at `target`, and negative, as a row of a group, at `negative`. */
function promote(source: usize, n: i32, target: usize, negative: usize): void {
  const end = source + ((<usize>n) << 2);
  for (; source < end; source += 16) {
    const x = v128.load(source);
    const low = f64x2.promote_low_f32x4(x);
    const high = promoteHigh(x);
    v128.store(target, low);
    v128.store(target, high, 16);
    v128.store(negative, f64x2.neg(low));
    v128.store(negative, f64x2.neg(high), 64);
    target += 32;
    negative += 2 * STEP;
  }
}

/** The `n` float32 at `source` minus the float64 at `first`, as a row of a group. */
function differences(source: usize, first: usize, n: i32, target: usize): void {
  const end = source + ((<usize>n) << 2);
  for (; source < end; source += 16) {
    const x = v128.load(source);
    v128.store(target, f64x2.sub(f64x2.promote_low_f32x4(x), v128.load(first)));
    v128.store(target, f64x2.sub(promoteHigh(x), v128.load(first, 16)), 64);
    first += 32;
    target += 2 * STEP;
  }
}

/** Adds Σx and Σx² of `n` float32 to the two numbers at `target`. */
function addMoments(x: usize, n: i32, target: usize): void {
  const end = x + ((<usize>n) << 2);
  let sum = f64x2.splat(0);
  let squares = sum;
  for (; x < end; x += 8) {
    const value = f64x2.promote_low_f32x4(v128.load64_zero(x));
    sum = f64x2.add(sum, value);
    squares = f64x2.add(squares, f64x2.mul(value, value));
  }
  addPair(target, sum, squares);
}

/** Adds the inner products of the rows of a tile in groups of four, `bytes` of each group, to `sums`. */
function addGroups(work: usize, groups: i32, rowBytes: usize, bytes: usize, sums: usize): void {
  const sumsStride = (<usize>groups) << 5;
  for (let a = 0; a < groups; a++) {
    const left = work + <usize>(a << 2) * rowBytes;
    for (let b = 0; b <= a; b++) {
      const right = work + <usize>(b << 2) * rowBytes;
      const target = sums + <usize>(a << 2) * sumsStride + ((<usize>b) << 5);
      eightSums(left, right, bytes, target, sumsStride);
      eightSums(left, right + 2 * PAIR, bytes, target + 16, sumsStride);
    }
  }
}

/** The products of the four rows of a group with two of another, added to a 4 × 2 block of `sums`. */
function eightSums(a: usize, b: usize, bytes: usize, sums: usize, sumsStride: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  const end = a + bytes;
  for (; a < end; a += 2 * STEP) {
    let y0 = v128.load(b);
    let y1 = v128.load(b, 16);
    let z = v128.load(a);
    s00 = f64x2.add(s00, f64x2.mul(z, y0));
    s01 = f64x2.add(s01, f64x2.mul(z, y1));
    z = v128.load(a, 16);
    s10 = f64x2.add(s10, f64x2.mul(z, y0));
    s11 = f64x2.add(s11, f64x2.mul(z, y1));
    z = v128.load(a, 32);
    s20 = f64x2.add(s20, f64x2.mul(z, y0));
    s21 = f64x2.add(s21, f64x2.mul(z, y1));
    z = v128.load(a, 48);
    s30 = f64x2.add(s30, f64x2.mul(z, y0));
    s31 = f64x2.add(s31, f64x2.mul(z, y1));
    y0 = v128.load(b, 64);
    y1 = v128.load(b, 80);
    z = v128.load(a, 64);
    s00 = f64x2.add(s00, f64x2.mul(z, y0));
    s01 = f64x2.add(s01, f64x2.mul(z, y1));
    z = v128.load(a, 80);
    s10 = f64x2.add(s10, f64x2.mul(z, y0));
    s11 = f64x2.add(s11, f64x2.mul(z, y1));
    z = v128.load(a, 96);
    s20 = f64x2.add(s20, f64x2.mul(z, y0));
    s21 = f64x2.add(s21, f64x2.mul(z, y1));
    z = v128.load(a, 112);
    s30 = f64x2.add(s30, f64x2.mul(z, y0));
    s31 = f64x2.add(s31, f64x2.mul(z, y1));
    b += 2 * STEP;
  }
  addPair(sums, s00, s01);
  addPair(sums + sumsStride, s10, s11);
  addPair(sums + 2 * sumsStride, s20, s21);
  addPair(sums + 3 * sumsStride, s30, s31);
}
