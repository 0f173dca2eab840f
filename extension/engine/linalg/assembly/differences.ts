/** Numbers of a row taken at a time: six rows of them stay in the first-level cache. */
const TILE: i32 = 512;

/**
 * For the `groups`·4 rows of `x` (each `n` numbers, n even; the first is the reference): subtracts the first row from all
 * others and adds their inner products to `sums` (row-major, groups·4 squared; the lower triangle and a little more).
 */
export function addDifferenceProducts(x: usize, groups: i32, n: i32, sums: usize): void {
  const stride = (<usize>n) << 3;
  const rows = groups << 2;
  for (let row = 1; row < rows; row++) subtract(x, x + <usize>row * stride, n);
  memory.fill(x, 0, stride);
  for (let from = 0; from < n; from += TILE) {
    const tile = x + ((<usize>from) << 3);
    const bytes = (<usize>(n - from < TILE ? n - from : TILE)) << 3;
    for (let first = 0; first < rows; first += 4) {
      for (let other = 0; other < first + 4; other += 2) {
        eightProducts(
          tile + <usize>first * stride,
          tile + <usize>other * stride,
          stride,
          bytes,
          sums + ((<usize>(first * rows + other)) << 3),
          (<usize>rows) << 3,
        );
      }
    }
  }
}

/** y −= x. */
function subtract(x: usize, y: usize, n: i32): void {
  const end = x + ((<usize>n) << 3);
  while (x < end) {
    v128.store(y, f64x2.sub(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
}

/** The products of four rows at `a` with two at `b`, added to a 4 × 2 block of `sums`: eight sums stay in registers. */
function eightProducts(
  a: usize,
  b: usize,
  stride: usize,
  bytes: usize,
  sums: usize,
  sumsStride: usize,
): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const b1 = b + stride;
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  for (let at: usize = 0; at < bytes; at += 16) {
    const y0 = v128.load(b + at);
    const y1 = v128.load(b1 + at);
    let z = v128.load(a + at);
    s00 = f64x2.add(s00, f64x2.mul(z, y0));
    s01 = f64x2.add(s01, f64x2.mul(z, y1));
    z = v128.load(a1 + at);
    s10 = f64x2.add(s10, f64x2.mul(z, y0));
    s11 = f64x2.add(s11, f64x2.mul(z, y1));
    z = v128.load(a2 + at);
    s20 = f64x2.add(s20, f64x2.mul(z, y0));
    s21 = f64x2.add(s21, f64x2.mul(z, y1));
    z = v128.load(a3 + at);
    s30 = f64x2.add(s30, f64x2.mul(z, y0));
    s31 = f64x2.add(s31, f64x2.mul(z, y1));
  }
  addPair(sums, s00, s01);
  addPair(sums + sumsStride, s10, s11);
  addPair(sums + 2 * sumsStride, s20, s21);
  addPair(sums + 3 * sumsStride, s30, s31);
}

/** Adds the two numbers of each to a float64. */
export function addPair(target: usize, first: v128, second: v128): void {
  store<f64>(target, load<f64>(target) + f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1));
  store<f64>(target, load<f64>(target, 8) + f64x2.extract_lane(second, 0) + f64x2.extract_lane(second, 1), 8);
}
