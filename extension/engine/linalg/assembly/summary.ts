/**
 * Of `n` numbers at `x`, to `out`: Σx, Σx², the smallest, the largest, how many are zero, and Σ(x − mean)². NaN is neither the
 * smallest nor the largest; a sum is not finite where a number is not. Four sums side by side, joined as (0 + 1) + (2 + 3).
 */
export function summarise(x: usize, n: i32, out: usize): void {
  const end = x + ((<usize>n) << 3);
  const whole = x + ((<usize>(n & ~3)) << 3);
  let low = f64x2.splat(Infinity);
  let high = f64x2.splat(-Infinity);
  let sums = f64x2.splat(0);
  let sums2 = sums;
  let squares = sums;
  let squares2 = sums;
  let zeros = i64x2.splat(0);
  const none = f64x2.splat(0);
  for (let at = x; at < whole; at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    sums = f64x2.add(sums, a);
    sums2 = f64x2.add(sums2, b);
    squares = f64x2.add(squares, f64x2.mul(a, a));
    squares2 = f64x2.add(squares2, f64x2.mul(b, b));
    low = f64x2.pmin(f64x2.pmin(low, a), b);
    high = f64x2.pmax(f64x2.pmax(high, a), b);
    zeros = i64x2.sub(zeros, f64x2.eq(a, none));
    zeros = i64x2.sub(zeros, f64x2.eq(b, none));
  }
  let first = f64x2.extract_lane(sums, 0);
  let square = f64x2.extract_lane(squares, 0);
  let smallest = f64x2.extract_lane(low, 0);
  let largest = f64x2.extract_lane(high, 0);
  const otherLow = f64x2.extract_lane(low, 1);
  const otherHigh = f64x2.extract_lane(high, 1);
  if (otherLow < smallest) smallest = otherLow;
  if (otherHigh > largest) largest = otherHigh;
  let zero = i64x2.extract_lane(zeros, 0) + i64x2.extract_lane(zeros, 1);
  for (let at = whole; at < end; at += 8) {
    const value = load<f64>(at);
    first += value;
    square += value * value;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    if (value == 0) zero++;
  }
  const sum = joined(first, sums, sums2);
  store<f64>(out, sum);
  store<f64>(out, joined(square, squares, squares2), 8);
  store<f64>(out, smallest, 16);
  store<f64>(out, largest, 24);
  store<f64>(out, <f64>zero, 32);
  store<f64>(out, squaresAbout(x, whole, end, sum / <f64>n), 40);
}

function squaresAbout(x: usize, whole: usize, end: usize, mean: f64): f64 {
  const centre = f64x2.splat(mean);
  let squares = f64x2.splat(0);
  let squares2 = squares;
  for (; x < whole; x += 32) {
    const a = f64x2.sub(v128.load(x), centre);
    const b = f64x2.sub(v128.load(x, 16), centre);
    squares = f64x2.add(squares, f64x2.mul(a, a));
    squares2 = f64x2.add(squares2, f64x2.mul(b, b));
  }
  let first = f64x2.extract_lane(squares, 0);
  for (; x < end; x += 8) {
    const away = load<f64>(x) - mean;
    first += away * away;
  }
  return joined(first, squares, squares2);
}

/** The sum of four lanes, the first of which has what was added to it since. */
function joined(first: f64, pair: v128, pair2: v128): f64 {
  return first + f64x2.extract_lane(pair, 1) + (f64x2.extract_lane(pair2, 0) + f64x2.extract_lane(pair2, 1));
}

/**
 * Counts `n` numbers at `x` (room for one more) in `bins` bins in a row: ⌊x·perWidth⌋ − first is the place of a number's
 * count (i32) at `counts`. Where that is not a place, NaN included, the index of the number goes to `outside` (i32).
 * Returns how many do.
 */
export function countBins(
  x: usize,
  n: i32,
  perWidth: f64,
  first: f64,
  bins: i32,
  counts: usize,
  outside: usize,
): i32 {
  const scale = f64x2.splat(perWidth);
  const begin = f64x2.splat(first);
  // The larger of it and NaN is the first of the two.
  const below = f64x2.splat(-1);
  let apart = outside;
  for (let i = 0; i < n; i += 2) {
    const scaled = f64x2.floor(f64x2.mul(v128.load(x + ((<usize>i) << 3)), scale));
    const places = i32x4.trunc_sat_f64x2_s_zero(f64x2.pmax(below, f64x2.sub(scaled, begin)));
    apart = counted(i32x4.extract_lane(places, 0), bins, counts, apart, i);
    if (i + 1 < n) apart = counted(i32x4.extract_lane(places, 1), bins, counts, apart, i + 1);
  }
  return <i32>((apart - outside) >> 2);
}

/** Counts a place, or notes the index where it is none; returns where the next index goes. */
function counted(place: i32, bins: i32, counts: usize, apart: usize, index: i32): usize {
  if (<u32>place < <u32>bins) {
    const at = counts + ((<usize>place) << 2);
    store<i32>(at, load<i32>(at) + 1);
    return apart;
  }
  store<i32>(apart, index);
  return apart + 4;
}
