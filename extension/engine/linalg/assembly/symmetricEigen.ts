import { addScaled, addScaledTwo, dot, reflected, reflector } from './vectors';

/** QR steps that one value may take. */
const MOST_STEPS = 60;

/**
 * The eigenvalues of a symmetric matrix `a` (n × n, lost; its upper triangle is read) in `d`, in no order, and of each
 * eigenvector the first `rows` components, n × rows in `z`: Householder's reduction, then implicit QL (EISPACK tql2). `e`
 * holds n numbers, `work` the larger of n and `rows`. The result is 0, or 1 if a value did not converge. The caller has scaled
 * the matrix to largest element 1.
 */
export function symmetricEigen(a: usize, n: i32, rows: i32, z: usize, d: usize, e: usize, work: usize): i32 {
  const stride = (<usize>n) << 3;
  const wide = (<usize>rows) << 3;
  memory.fill(z, 0, <usize>n * wide);
  for (let i = 0; i < min(rows, n); i++) store<f64>(z + <usize>i * wide + ((<usize>i) << 3), 1);
  for (let k = 0; k < n; k++) {
    const row = a + <usize>k * stride + ((<usize>k) << 3);
    store<f64>(d + ((<usize>k) << 3), load<f64>(row));
    const rest = n - k - 1;
    if (rest == 0) break;
    const v = row + 8;
    const tau = reflector(v, rest);
    store<f64>(e + ((<usize>k) << 3), reflected);
    if (tau == 0) continue;
    const corner = v + stride;
    reduceCorner(corner, stride, v, rest, tau, work);
    // Z ← H Z: its rows from k + 1 on.
    const below = z + <usize>(k + 1) * wide;
    memory.fill(work, 0, wide);
    for (let i = 0; i < rest; i++) {
      addScaled(tau * load<f64>(v + ((<usize>i) << 3)), below + <usize>i * wide, work, rows);
    }
    for (let i = 0; i < rest; i++) {
      addScaled(-load<f64>(v + ((<usize>i) << 3)), work, below + <usize>i * wide, rows);
    }
  }
  store<f64>(e + ((<usize>(n - 1)) << 3), 0);
  return implicitQl(d, e, n, z, rows);
}

/** H A H for H = I − τ v vᵀ and a symmetric A of n rows, of which the upper triangle is read and written. */
function reduceCorner(a: usize, stride: usize, v: usize, n: i32, tau: f64, w: usize): void {
  memory.fill(w, 0, (<usize>n) << 3);
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 3;
    const diagonal = a + <usize>i * stride + at;
    const f = load<f64>(v + at);
    store<f64>(w + at, load<f64>(w + at) + dot(diagonal, v + at, n - i));
    addScaled(f, diagonal + 8, w + at + 8, n - i - 1);
  }
  const half = 0.5 * tau * dot(w, v, n);
  // w ← τ (A v − ½ τ (vᵀ A v) v)
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 3;
    store<f64>(w + at, tau * (load<f64>(w + at) - half * load<f64>(v + at)));
  }
  for (let i = 0; i < n; i++) {
    const at = (<usize>i) << 3;
    addScaledTwo(-load<f64>(v + at), w + at, -load<f64>(w + at), v + at, a + <usize>i * stride + at, n - i);
  }
}

/** Values of the tridiagonal matrix of `d` and `e` in `d`; each rotation turns two rows of `z`. */
function implicitQl(d: usize, e: usize, n: i32, z: usize, rows: i32): i32 {
  let f: f64 = 0;
  let largest: f64 = 0;
  for (let l = 0; l < n; l++) {
    const at = (<usize>l) << 3;
    largest = max(largest, abs(load<f64>(d + at)) + abs(load<f64>(e + at)));
  }
  // Beside the whole matrix: smaller values are within rounding of it anyway.
  const negligible = 2.220446049250313e-16 * largest;
  for (let l = 0; l < n; l++) {
    const at = (<usize>l) << 3;
    let m = l;
    while (m < n - 1 && abs(load<f64>(e + ((<usize>m) << 3))) > negligible) m++;
    for (let step = 0; m > l; step++) {
      if (step == MOST_STEPS) return 1;
      const g0 = load<f64>(d + at);
      const el = load<f64>(e + at);
      let p = (load<f64>(d + at + 8) - g0) / (2 * el);
      const r0 = p < 0 ? -hypotenuse(p, 1) : hypotenuse(p, 1);
      store<f64>(d + at, el / (p + r0));
      store<f64>(d + at + 8, el * (p + r0));
      const next = load<f64>(d + at + 8);
      const shift = g0 - load<f64>(d + at);
      for (let i = l + 2; i < n; i++) {
        const to = d + ((<usize>i) << 3);
        store<f64>(to, load<f64>(to) - shift);
      }
      f += shift;
      p = load<f64>(d + ((<usize>m) << 3));
      let c: f64 = 1;
      let c2: f64 = 1;
      let c3: f64 = 1;
      const before = load<f64>(e + at + 8);
      let s: f64 = 0;
      let s2: f64 = 0;
      for (let i = m - 1; i >= l; i--) {
        const here = (<usize>i) << 3;
        c3 = c2;
        c2 = c;
        s2 = s;
        const ei = load<f64>(e + here);
        const g = c * ei;
        const h = c * p;
        const r = hypotenuse(p, ei);
        store<f64>(e + here + 8, s * r);
        s = r == 0 ? 0 : ei / r;
        c = r == 0 ? 1 : p / r;
        const di = load<f64>(d + here);
        p = c * di - s * g;
        store<f64>(d + here + 8, h + s * (c * g + s * di));
        rotate(z + <usize>i * ((<usize>rows) << 3), rows, c, s);
      }
      p = (-s * s2 * c3 * before * load<f64>(e + at)) / next;
      store<f64>(e + at, s * p);
      store<f64>(d + at, c * p);
      if (abs(load<f64>(e + at)) <= negligible) break;
    }
    const value = load<f64>(d + at) + f;
    if (!isFinite(value)) return 1;
    store<f64>(d + at, value);
    store<f64>(e + at, 0);
  }
  return 0;
}

/** √(x² + y²) without squares out of range. */
function hypotenuse(x: f64, y: f64): f64 {
  const large = max(abs(x), abs(y));
  if (large == 0) return 0;
  const share = min(abs(x), abs(y)) / large;
  return large * sqrt(1 + share * share);
}

/** (x, y) ← (c·x − s·y, s·x + c·y) for the row x at `at` and the row y behind it. */
function rotate(at: usize, length: i32, c: f64, s: f64): void {
  const behind = (<usize>length) << 3;
  const cc = f64x2.splat(c);
  const ss = f64x2.splat(s);
  const end = at + ((<usize>(length & ~1)) << 3);
  while (at < end) {
    const x = v128.load(at);
    const y = v128.load(at + behind);
    v128.store(at, f64x2.sub(f64x2.mul(cc, x), f64x2.mul(ss, y)));
    v128.store(at + behind, f64x2.add(f64x2.mul(ss, x), f64x2.mul(cc, y)));
    at += 16;
  }
  if (length & 1) {
    const x = load<f64>(at);
    const y = load<f64>(at + behind);
    store<f64>(at, c * x - s * y);
    store<f64>(at + behind, s * x + c * y);
  }
}
