// Operations on contiguous float64 vectors, addressed by byte.

/** Σ xᵢ yᵢ. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  const end8 = x + ((<usize>(n & ~7)) << 3);
  while (x < end8) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x), v128.load(y)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(x, 32), v128.load(y, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(x, 48), v128.load(y, 48)));
    x += 64;
    y += 64;
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (let i = 0; i < (n & 7); i++) {
    sum += load<f64>(x) * load<f64>(y);
    x += 8;
    y += 8;
  }
  return sum;
}

/** y += factor · x. */
export function addScaled(factor: f64, x: usize, y: usize, n: i32): void {
  const f = f64x2.splat(factor);
  const end4 = x + ((<usize>(n & ~3)) << 3);
  while (x < end4) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(f, v128.load(x))));
    v128.store(y, f64x2.add(v128.load(y, 16), f64x2.mul(f, v128.load(x, 16))), 16);
    x += 32;
    y += 32;
  }
  for (let i = 0; i < (n & 3); i++) {
    store<f64>(y, load<f64>(y) + factor * load<f64>(x));
    x += 8;
    y += 8;
  }
}

/** z += f·x + g·y. */
export function addScaledTwo(f: f64, x: usize, g: f64, y: usize, z: usize, n: i32): void {
  const ff = f64x2.splat(f);
  const gg = f64x2.splat(g);
  const end4 = x + ((<usize>(n & ~3)) << 3);
  while (x < end4) {
    v128.store(
      z,
      f64x2.add(f64x2.add(v128.load(z), f64x2.mul(ff, v128.load(x))), f64x2.mul(gg, v128.load(y))),
    );
    v128.store(
      z,
      f64x2.add(
        f64x2.add(v128.load(z, 16), f64x2.mul(ff, v128.load(x, 16))),
        f64x2.mul(gg, v128.load(y, 16)),
      ),
      16,
    );
    x += 32;
    y += 32;
    z += 32;
  }
  for (let i = 0; i < (n & 3); i++) {
    store<f64>(z, load<f64>(z) + f * load<f64>(x) + g * load<f64>(y));
    x += 8;
    y += 8;
    z += 8;
  }
}

/** y += f0·x + f1·(x + s) + f2·(x + 2s) + f3·(x + 3s): four rows at `stride` bytes into one. */
export function addFourRows(
  x: usize,
  stride: usize,
  f0: f64,
  f1: f64,
  f2: f64,
  f3: f64,
  y: usize,
  n: i32,
): void {
  const a = f64x2.splat(f0);
  const b = f64x2.splat(f1);
  const c = f64x2.splat(f2);
  const d = f64x2.splat(f3);
  let x1 = x + stride;
  let x2 = x1 + stride;
  let x3 = x2 + stride;
  const end = x + ((<usize>(n & ~1)) << 3);
  while (x < end) {
    const low = f64x2.add(f64x2.mul(a, v128.load(x)), f64x2.mul(b, v128.load(x1)));
    const high = f64x2.add(f64x2.mul(c, v128.load(x2)), f64x2.mul(d, v128.load(x3)));
    v128.store(y, f64x2.add(v128.load(y), f64x2.add(low, high)));
    x += 16;
    x1 += 16;
    x2 += 16;
    x3 += 16;
    y += 16;
  }
  if ((n & 1) == 1) {
    store<f64>(
      y,
      load<f64>(y) + f0 * load<f64>(x) + f1 * load<f64>(x1) + f2 * load<f64>(x2) + f3 * load<f64>(x3),
    );
  }
}

/** Set by {@link reflector}: what the vector's first element becomes. */
export let reflected: f64 = 0;

/**
 * Householder: H = I − τ v vᵀ with v₀ = 1 turns x into (reflected, 0, …). Overwrites x by v, returns τ (0: H = I).
 * The caller has scaled the matrix to largest element 1, so a tail whose square underflows is a zero.
 */
export function reflector(x: usize, n: i32): f64 {
  const first = load<f64>(x);
  store<f64>(x, 1);
  reflected = first;
  if (n <= 1) return 0;
  const tail = dot(x + 8, x + 8, n - 1);
  if (tail < 1e-280) {
    memory.fill(x + 8, 0, (<usize>(n - 1)) << 3);
    return 0;
  }
  const length = Math.sqrt(first * first + tail);
  const beta = first > 0 ? -length : length;
  const scale = 1 / (first - beta);
  for (let i = 1; i < n; i++) {
    const at = x + ((<usize>i) << 3);
    store<f64>(at, load<f64>(at) * scale);
  }
  reflected = beta;
  return (beta - first) / beta;
}
