/** What a transformation met: the least of its d, without the last, without the last two, and the last three. */
let least: f64 = 0;
let leastButOne: f64 = 0;
let leastButTwo: f64 = 0;
let final: f64 = 0;
let finalButOne: f64 = 0;
let finalButTwo: f64 = 0;

const EPS: f64 = 1.1102230246251565e-16;
/** Squares of off-diagonals below this share of what they stand beside are zero. */
const NEGLIGIBLE: f64 = 16 * EPS * EPS;

function at(x: usize, i: i32): f64 {
  return load<f64>(x + ((<usize>i) << 3));
}

function put(x: usize, i: i32, value: f64): void {
  store<f64>(x + ((<usize>i) << 3), value);
}

/**
 * Singular values of an upper bidiagonal matrix (diagonal `d` of n, superdiagonal `e` of n − 1) by the differential
 * quotient-difference algorithm with shifts (Fernando and Parlett 1994; shifts after Parlett and Marques 2000): one
 * division a step, where a QR sweep takes two square roots and two divisions. `work` holds 7·n numbers.
 * Leaves them in `d`, order as they come, and returns 0. Returns 1, with `d` and `e` as they were, where it does not
 * converge within its budget: the caller then takes the QR iteration.
 */
export function qdValues(d: usize, e: usize, n: i32, work: usize): i32 {
  const size = (<usize>n) << 3;
  let q = work;
  let f = work + size;
  let nextQ = work + 2 * size;
  let nextF = work + 3 * size;
  const found = work + 4 * size;
  const starts = work + 5 * size;
  const shifts = work + 6 * size;

  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    largest = max(largest, Math.abs(at(d, i)));
    if (i < n - 1) largest = max(largest, Math.abs(at(e, i)));
  }
  const cut = EPS * largest * 0.1;
  for (let i = 0; i < n; i++) {
    put(q, i, at(d, i) * at(d, i));
    if (i < n - 1) put(f, i, Math.abs(at(e, i)) <= cut ? 0 : at(e, i) * at(e, i));
  }

  // Blocks above the one at work wait on a stack: where they start, and what has been subtracted from them.
  let waiting = 0;
  let lo = 0;
  let hi = n - 1;
  let sigma: f64 = 0;
  // What rounding has taken from sigma: hundreds of shifts are added to it.
  let lost: f64 = 0;
  let budget: i64 = 40 * <i64>n * <i64>n + 4000;
  let isNew = true;
  let deflated = 0;
  while (hi >= 0) {
    // Values that have converged at the end of the block.
    let isOpen = true;
    while (isOpen && hi >= lo) {
      if (hi == lo) {
        put(found, hi, at(q, hi) + sigma);
        hi--;
      } else if (at(f, hi - 1) <= NEGLIGIBLE * (sigma + at(q, hi))) {
        put(found, hi, at(q, hi) + sigma);
        hi--;
        deflated++;
      } else if (hi - lo == 1 || at(f, hi - 2) <= NEGLIGIBLE * (sigma + at(q, hi - 1))) {
        pair(q, f, hi, found, sigma);
        hi -= 2;
        deflated += 2;
      } else {
        isOpen = false;
      }
    }
    if (hi < lo) {
      if (hi < 0) break;
      waiting--;
      lo = <i32>at(starts, waiting);
      sigma = at(shifts, waiting);
      lost = 0;
      isNew = true;
      deflated = 0;
      continue;
    }

    for (let i = hi - 2; i >= lo; i--) {
      if (at(f, i) > NEGLIGIBLE * (sigma + min(at(q, i), at(q, i + 1)))) continue;
      put(f, i, 0);
      put(starts, waiting, <f64>lo);
      put(shifts, waiting, sigma);
      waiting++;
      lo = i + 1;
      isNew = true;
      deflated = 0;
      break;
    }
    // The small values shall be at the end, where they converge.
    if (1.5 * at(q, lo) < at(q, hi)) {
      turn(q, lo, hi);
      turn(f, lo, hi - 1);
      isNew = true;
    }

    let tau = isNew ? 0 : shiftFor(q, f, hi, deflated);
    isNew = false;
    deflated = 0;
    let failures = 0;
    while (true) {
      budget -= hi - lo;
      if (budget < 0) return 1;
      transform(q, f, nextQ, nextF, lo, hi, tau);
      if (least >= 0) break;
      // NaN, or no progress: without a shift nothing can become negative.
      if (tau == 0 || failures > 20) return 1;
      failures++;
      if (isNaN(least) || failures > 6) tau = 0;
      else if (leastButOne > 0) {
        // Only the last is negative, which bounds the least value well (Parlett and Marques, "late failure").
        if (-final < EPS * sigma && at(nextF, hi - 1) < EPS * (sigma + finalButOne)) {
          put(nextQ, hi, 0);
          break;
        }
        tau = max(0, (tau + least) * (1 - 4 * EPS));
      } else tau *= 0.25;
    }
    const grown = sigma + (tau - lost);
    lost = grown - sigma - (tau - lost);
    sigma = grown;
    let swapped = q;
    q = nextQ;
    nextQ = swapped;
    swapped = f;
    f = nextF;
    nextF = swapped;
    // A block above this one keeps its numbers in both arrays.
    if (lo > 0) {
      memory.copy(q, nextQ, (<usize>lo) << 3);
      memory.copy(f, nextF, (<usize>lo) << 3);
    }
  }
  for (let i = 0; i < n; i++) put(d, i, Math.sqrt(at(found, i)));
  return 0;
}

/** One step of the algorithm: the squares of the factors of L·U − τ, from `q`, `f` into `toQ`, `toF`. */
function transform(q: usize, f: usize, toQ: usize, toF: usize, lo: i32, hi: i32, tau: f64): void {
  let d = at(q, lo) - tau;
  let low = d;
  let i = lo;
  for (; i < hi - 2; i++) {
    const sum = d + at(f, i);
    put(toQ, i, sum);
    const quotient = at(q, i + 1) / sum;
    put(toF, i, at(f, i) * quotient);
    d = d * quotient - tau;
    low = d < low ? d : low;
  }
  finalButTwo = d;
  leastButTwo = low;
  for (; i < hi; i++) {
    const sum = d + at(f, i);
    put(toQ, i, sum);
    const quotient = at(q, i + 1) / sum;
    put(toF, i, at(f, i) * quotient);
    if (i == hi - 1) {
      finalButOne = d;
      leastButOne = low;
    }
    d = d * quotient - tau;
    low = min(low, d);
  }
  put(toQ, hi, d);
  final = d;
  // min passes NaN on, the comparison in the loop does not; a sum that was NaN leaves d so.
  least = min(low, d);
}

/** A shift below the least value of the block that ends at `hi`, from what the last transformation met. */
function shiftFor(q: usize, f: usize, hi: i32, deflated: i32): f64 {
  if (deflated == 1)
    return leastButOne == finalButOne ? 0.5 * max(0, leastButOne) : 0.25 * max(0, leastButOne);
  if (deflated == 2)
    return leastButTwo == finalButTwo ? 0.5 * max(0, leastButTwo) : 0.25 * max(0, leastButTwo);
  if (deflated > 2 || least <= 0) return 0;
  if (least != final) return 0.25 * least;
  const beside = Math.sqrt(at(q, hi) * at(f, hi - 1));
  const above = Math.sqrt(at(q, hi - 1) * at(f, hi - 2));
  const next = at(q, hi - 1) + at(f, hi - 1);
  if (leastButOne != finalButOne) return max(0.25 * least, final - beside);
  const room = 0.75 * leastButTwo - next;
  const gap =
    room > 0 && room > above ? next - final - (above / room) * above : next - final - (beside + above);
  if (gap > 0 && gap > beside) return max(final - (beside / gap) * beside, 0.5 * least);
  let shift: f64 = 0;
  if (final > beside) shift = final - beside;
  if (next > beside + above) shift = min(shift, next - (beside + above));
  return max(shift, 0.333 * least);
}

/** Both values of the last two rows, which stand alone. */
function pair(q: usize, f: usize, hi: i32, found: usize, sigma: f64): void {
  const off = at(f, hi - 1);
  let high = max(at(q, hi - 1), at(q, hi));
  let low = min(at(q, hi - 1), at(q, hi));
  const half = 0.5 * (high - low + off);
  if (off > low * NEGLIGIBLE && half > 0) {
    let s = low * (off / half);
    s =
      s <= half
        ? low * (off / (half * (1 + Math.sqrt(1 + s / half))))
        : low * (off / (half + Math.sqrt(half) * Math.sqrt(half + s)));
    const sum = high + (s + off);
    low = low * (high / sum);
    high = sum;
  }
  put(found, hi - 1, high + sigma);
  put(found, hi, low + sigma);
}

function turn(x: usize, first: i32, last: i32): void {
  while (first < last) {
    const kept = at(x, first);
    put(x, first, at(x, last));
    put(x, last, kept);
    first++;
    last--;
  }
}
