/**
 * Singular values of an upper bidiagonal matrix (diagonal `d` of n, superdiagonal `e` of n − 1) by the implicitly
 * shifted QR iteration, with the zero shift of Demmel and Kahan (1990) where the shift would be lost to rounding.
 * Values only, so a block may be replaced by its mirrored transpose: it is, wherever that is the faster direction.
 * Leaves them in `d`, signs and order as they come; 0 on success, else the number of values not converged.
 */
export function bidiagonalValues(d: usize, e: usize, n: i32): i32 {
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    largest = max(largest, Math.abs(load<f64>(d + ((<usize>i) << 3))));
    if (i < n - 1) largest = max(largest, Math.abs(load<f64>(e + ((<usize>i) << 3))));
  }
  const eps: f64 = 1.1102230246251565e-16;
  const negligible = eps * largest * 0.1;
  let budget: i64 = 30 * <i64>n * <i64>n + 1000;
  let mirroredFrom = -1;
  let mirroredTo = -1;
  let last = n - 1;
  while (last > 0) {
    const beforeLast = e + ((<usize>(last - 1)) << 3);
    let first = last;
    let isSingular = load<f64>(d + ((<usize>last) << 3)) == 0;
    while (first > 0) {
      const at = e + ((<usize>(first - 1)) << 3);
      const size = Math.abs(load<f64>(at));
      const around =
        Math.abs(load<f64>(d + ((<usize>(first - 1)) << 3))) + Math.abs(load<f64>(d + ((<usize>first) << 3)));
      if (size <= negligible || size <= eps * around * 0.5) {
        store<f64>(at, 0);
        break;
      }
      first--;
      isSingular = isSingular || load<f64>(d + ((<usize>first) << 3)) == 0;
    }
    if (first == last) {
      last--;
      continue;
    }
    if (last - first == 1) {
      twoByTwo(d + ((<usize>first) << 3), beforeLast);
      last -= 2;
      continue;
    }
    budget -= last - first;
    if (budget < 0) return last + 1;

    if (first >= mirroredTo || last <= mirroredFrom) {
      const head = Math.abs(load<f64>(d + ((<usize>first) << 3)));
      if (head < Math.abs(load<f64>(d + ((<usize>last) << 3)))) {
        mirror(d, first, last);
        mirror(e, first, last - 1);
      }
      mirroredFrom = first;
      mirroredTo = last;
    }

    const f = Math.abs(load<f64>(d + ((<usize>(last - 1)) << 3)));
    const g = Math.abs(load<f64>(beforeLast));
    const h = Math.abs(load<f64>(d + ((<usize>last) << 3)));
    const shift = smaller(f, g, h);
    const head = Math.abs(load<f64>(d + ((<usize>first) << 3)));
    const ratio = head > 0 ? shift / head : 0;
    // A zero within the block is a value 0, which only a sweep without a shift brings to the end.
    if (isSingular || ratio * ratio < eps) sweepUnshifted(d, e, first, last);
    else sweep(d, e, first, last, shift);
  }
  return 0;
}

function mirror(x: usize, first: i32, last: i32): void {
  while (first < last) {
    const a = x + ((<usize>first) << 3);
    const b = x + ((<usize>last) << 3);
    const kept = load<f64>(a);
    store<f64>(a, load<f64>(b));
    store<f64>(b, kept);
    first++;
    last--;
  }
}

/** The smaller singular value of [f g; 0 h], all non-negative. */
function smaller(f: f64, g: f64, h: f64): f64 {
  const low = min(f, h);
  const high = max(f, h);
  if (low == 0) return 0;
  if (g < high) {
    const as = 1 + low / high;
    const at = (high - low) / high;
    const au = (g / high) * (g / high);
    return low * (2 / (Math.sqrt(as * as + au) + Math.sqrt(at * at + au)));
  }
  const au = high / g;
  if (au == 0) return (low * high) / g;
  const as = (1 + low / high) * au;
  const at = ((high - low) / high) * au;
  return 2 * (low * (1 / (Math.sqrt(1 + as * as) + Math.sqrt(1 + at * at))) * au);
}

function twoByTwo(d: usize, e: usize): void {
  const f = Math.abs(load<f64>(d));
  const g = Math.abs(load<f64>(e));
  const h = Math.abs(load<f64>(d, 8));
  const low = smaller(f, g, h);
  const total = f * f + g * g + h * h;
  // σ₁² + σ₂² = ‖·‖_F²; the larger of the two from it has no cancellation.
  const high = Math.sqrt(max(total - low * low, 0));
  store<f64>(d, high);
  store<f64>(d, low, 8);
  store<f64>(e, 0);
}

function sweep(d: usize, e: usize, first: i32, last: i32, shift: f64): void {
  const d0 = load<f64>(d + ((<usize>first) << 3));
  let f = (Math.abs(d0) - shift) * ((d0 < 0 ? -1.0 : 1.0) + shift / d0);
  let g = load<f64>(e + ((<usize>first) << 3));
  let di = d0;
  let ei = g;
  for (let i = first; i < last; i++) {
    const at = (<usize>i) << 3;
    const next = load<f64>(d + at, 8);
    let r = Math.sqrt(f * f + g * g);
    let inverse = r == 0 ? 0 : 1 / r;
    let c = r == 0 ? 1 : f * inverse;
    let s = g * inverse;
    if (i > first) store<f64>(e + at - 8, r);
    f = c * di + s * ei;
    ei = c * ei - s * di;
    g = s * next;
    const turned = c * next;
    r = Math.sqrt(f * f + g * g);
    inverse = r == 0 ? 0 : 1 / r;
    c = r == 0 ? 1 : f * inverse;
    s = g * inverse;
    store<f64>(d + at, r);
    f = c * ei + s * turned;
    di = c * turned - s * ei;
    if (i < last - 1) {
      const following = load<f64>(e + at, 8);
      g = s * following;
      ei = c * following;
    }
  }
  store<f64>(d + ((<usize>last) << 3), di);
  store<f64>(e + ((<usize>(last - 1)) << 3), f);
}

function sweepUnshifted(d: usize, e: usize, first: i32, last: i32): void {
  let c: f64 = 1;
  let oldC: f64 = 1;
  let oldS: f64 = 0;
  let di = load<f64>(d + ((<usize>first) << 3));
  for (let i = first; i < last; i++) {
    const at = (<usize>i) << 3;
    let f = di * c;
    let g = load<f64>(e + at);
    const r = Math.sqrt(f * f + g * g);
    const s = r == 0 ? 0 : g / r;
    c = r == 0 ? 1 : f / r;
    if (i > first) store<f64>(e + at - 8, oldS * r);
    const next = load<f64>(d + at, 8);
    f = oldC * r;
    g = next * s;
    const length = Math.sqrt(f * f + g * g);
    oldS = length == 0 ? 0 : g / length;
    oldC = length == 0 ? 1 : f / length;
    store<f64>(d + at, length);
    di = next;
  }
  const h = di * c;
  store<f64>(d + ((<usize>last) << 3), h * oldC);
  store<f64>(e + ((<usize>(last - 1)) << 3), h * oldS);
}
