import { addPair } from './differences';

/** Bytes from four numbers of a row to its next four in a tile: those of four rows lie beside each other. */
const STEP: usize = 64;
const QUAD: usize = 16;
/** An odd number with many bits: what a hash is multiplied by. */
const SPREAD: i32 = 0x9e3779b1;

/**
 * For `rows` rows as files hold them, each `n` numbers (a multiple of 8) from the beginning of its `stride` bytes: adds
 * the inner products of −θ_0 (row 0) and of the steps θ_t − θ_{t−1} (row t) to `sums` (row-major, groups·4 squared with
 * groups·4 ≥ rows; the lower triangle and a little more). Differences, products and their sums over one tile are float32,
 * sums of tiles float64. `types` holds the type of each row's numbers (an i32: 0 float32, 1 bfloat16, 2 float16). They
 * are decoded `tile` at a time (a multiple of 8) into `work`: (groups·4 + 1)·tile float32, zeros at first. The four i32
 * of each row at `prints` become a hash of its numbers in their order; to the two numbers at `last` Σx and Σx² of the last
 * row are added.
 */
export function addStepProducts(
  stored: usize,
  stride: usize,
  types: usize,
  rows: i32,
  groups: i32,
  n: i32,
  tile: i32,
  work: usize,
  sums: usize,
  prints: usize,
  last: usize,
): void {
  const rowBytes = (<usize>tile) << 2;
  const before = work + <usize>(groups << 2) * rowBytes;
  for (let from = 0; from < n; from += tile) {
    const count = n - from < tile ? n - from : tile;
    memory.fill(before, 0, (<usize>count) << 2);
    for (let row = 0; row < rows; row++) {
      const type = load<i32>(types + ((<usize>row) << 2));
      const target = work + <usize>(row & ~3) * rowBytes + <usize>(row & 3) * QUAD;
      const source = stored + <usize>row * stride + ((<usize>from) << (type == 0 ? 2 : 1));
      stepTo(source, type, count, before, target, prints + <usize>row * QUAD);
    }
    negate(work, count);
    addMoments(before, count, last);
    addGroups(work, groups, rowBytes, (<usize>count) << 4, sums);
  }
}

/** x − before at `target`, for the `n` numbers x at `source`, which then take the place of those before. */
function stepTo(source: usize, type: i32, n: i32, before: usize, target: usize, print: usize): void {
  const end = before + ((<usize>n) << 2);
  const zero = f32x4.splat(0);
  let hash = i32x4.mul(v128.load(print), i32x4.splat(SPREAD));
  let weight = i32x4.splat(SPREAD);
  const more = i32x4.splat(2);
  for (; before < end; before += QUAD) {
    let x: v128;
    if (type == 0) {
      x = v128.load(source);
      source += 16;
    } else {
      const halves = i32x4.extend_low_i16x8_u(v128.load64_zero(source));
      x = type == 1 ? i32x4.shl(halves, 16) : fromHalves(halves);
      source += 8;
    }
    // −0 becomes 0: numbers that are equal have equal bits.
    x = f32x4.add(x, zero);
    hash = i32x4.add(hash, i32x4.mul(x, weight));
    weight = i32x4.add(weight, more);
    v128.store(target, f32x4.sub(x, v128.load(before)));
    v128.store(before, x);
    target += STEP;
  }
  v128.store(print, hash);
}

/**
 * Four float16 as float32: exponent and fraction move to float32's places, and a product with 2^112 sets the bias right,
 * for subnormal numbers too. Infinity and NaN get the exponent of all ones.
 */
function fromHalves(halves: v128): v128 {
  const magnitude = v128.and(halves, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  const moved = i32x4.shl(magnitude, 13);
  const finite = f32x4.mul(moved, i32x4.splat(0x77800000));
  const other = v128.or(moved, i32x4.splat(0x7f800000));
  const isFinite = i32x4.lt_s(magnitude, i32x4.splat(0x7c00));
  return v128.or(v128.bitselect(finite, other, isFinite), sign);
}

/** The first row of a tile is −θ_0. */
function negate(target: usize, n: i32): void {
  const end = target + ((<usize>n) << 4);
  for (; target < end; target += STEP) v128.store(target, f32x4.neg(v128.load(target)));
}

/** Adds Σx and Σx² of float32 to the two numbers at `target`. */
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

/** Adds the inner products of the rows of a tile in groups of four, each group `bytes` long, to `sums`. */
function addGroups(work: usize, groups: i32, rowBytes: usize, bytes: usize, sums: usize): void {
  const sumsStride = (<usize>groups) << 5;
  for (let a = 0; a < groups; a++) {
    const left = work + <usize>(a << 2) * rowBytes;
    for (let b = 0; b <= a; b++) {
      const right = work + <usize>(b << 2) * rowBytes;
      const target = sums + <usize>(a << 2) * sumsStride + ((<usize>b) << 5);
      eightSums(left, right, bytes, target, sumsStride);
      eightSums(left, right + 2 * QUAD, bytes, target + 16, sumsStride);
    }
  }
}

/** The products of the four rows of a group with two of another, added to a 4 × 2 block of `sums`. */
function eightSums(a: usize, b: usize, bytes: usize, sums: usize, sumsStride: usize): void {
  let s00 = f32x4.splat(0);
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
    s00 = f32x4.add(s00, f32x4.mul(z, y0));
    s01 = f32x4.add(s01, f32x4.mul(z, y1));
    z = v128.load(a, 16);
    s10 = f32x4.add(s10, f32x4.mul(z, y0));
    s11 = f32x4.add(s11, f32x4.mul(z, y1));
    z = v128.load(a, 32);
    s20 = f32x4.add(s20, f32x4.mul(z, y0));
    s21 = f32x4.add(s21, f32x4.mul(z, y1));
    z = v128.load(a, 48);
    s30 = f32x4.add(s30, f32x4.mul(z, y0));
    s31 = f32x4.add(s31, f32x4.mul(z, y1));
    y0 = v128.load(b, 64);
    y1 = v128.load(b, 80);
    z = v128.load(a, 64);
    s00 = f32x4.add(s00, f32x4.mul(z, y0));
    s01 = f32x4.add(s01, f32x4.mul(z, y1));
    z = v128.load(a, 80);
    s10 = f32x4.add(s10, f32x4.mul(z, y0));
    s11 = f32x4.add(s11, f32x4.mul(z, y1));
    z = v128.load(a, 96);
    s20 = f32x4.add(s20, f32x4.mul(z, y0));
    s21 = f32x4.add(s21, f32x4.mul(z, y1));
    z = v128.load(a, 112);
    s30 = f32x4.add(s30, f32x4.mul(z, y0));
    s31 = f32x4.add(s31, f32x4.mul(z, y1));
    b += 2 * STEP;
  }
  addTwo(sums, s00, s01);
  addTwo(sums + sumsStride, s10, s11);
  addTwo(sums + 2 * sumsStride, s20, s21);
  addTwo(sums + 3 * sumsStride, s30, s31);
}

/** Adds the four numbers of each to a float64. */
function addTwo(target: usize, first: v128, second: v128): void {
  addPair(target, pairOf(first), pairOf(second));
}

function pairOf(x: v128): v128 {
  const high = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  return f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(high));
}
