import { reflected, reflector } from './vectors';

/** Rows `first`…`last` of a row-major block times I − τ v vᵀ from the right; two rows share each load of v. */
function fromRight(row: usize, stride: usize, rows: i32, v: usize, n: i32, tau: f64): void {
  const pairs = (<usize>(n & ~1)) << 3;
  const odd = (n & 1) == 1;
  for (; rows >= 2; rows -= 2) {
    const other = row + stride;
    let s = f64x2.splat(0);
    let t = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let t2 = f64x2.splat(0);
    let at: usize = 0;
    const fours = (<usize>(n & ~3)) << 3;
    for (; at < fours; at += 32) {
      const x = v128.load(v + at);
      const y = v128.load(v + at, 16);
      s = f64x2.add(s, f64x2.mul(v128.load(row + at), x));
      t = f64x2.add(t, f64x2.mul(v128.load(other + at), x));
      s2 = f64x2.add(s2, f64x2.mul(v128.load(row + at, 16), y));
      t2 = f64x2.add(t2, f64x2.mul(v128.load(other + at, 16), y));
    }
    for (; at < pairs; at += 16) {
      const x = v128.load(v + at);
      s = f64x2.add(s, f64x2.mul(v128.load(row + at), x));
      t = f64x2.add(t, f64x2.mul(v128.load(other + at), x));
    }
    s = f64x2.add(s, s2);
    t = f64x2.add(t, t2);
    let f = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
    let g = f64x2.extract_lane(t, 0) + f64x2.extract_lane(t, 1);
    if (odd) {
      const x = load<f64>(v + pairs);
      f += load<f64>(row + pairs) * x;
      g += load<f64>(other + pairs) * x;
    }
    f *= -tau;
    g *= -tau;
    const ff = f64x2.splat(f);
    const gg = f64x2.splat(g);
    for (at = 0; at < pairs; at += 16) {
      const x = v128.load(v + at);
      v128.store(row + at, f64x2.add(v128.load(row + at), f64x2.mul(ff, x)));
      v128.store(other + at, f64x2.add(v128.load(other + at), f64x2.mul(gg, x)));
    }
    if (odd) {
      const x = load<f64>(v + pairs);
      store<f64>(row + pairs, load<f64>(row + pairs) + f * x);
      store<f64>(other + pairs, load<f64>(other + pairs) + g * x);
    }
    row += stride << 1;
  }
  if (rows == 1) {
    let f: f64 = 0;
    for (let i = 0; i < n; i++) f += load<f64>(row + ((<usize>i) << 3)) * load<f64>(v + ((<usize>i) << 3));
    f *= -tau;
    for (let i = 0; i < n; i++) {
      const at = row + ((<usize>i) << 3);
      store<f64>(at, load<f64>(at) + f * load<f64>(v + ((<usize>i) << 3)));
    }
  }
}

/** I − τ u uᵀ from the left on `rows` rows; by strips of six columns whose sums stay in registers. */
function fromLeft(block: usize, stride: usize, columns: i32, u: usize, rows: i32, tau: f64): void {
  for (; columns >= 6; columns -= 6) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let c = f64x2.splat(0);
    let row = block;
    for (let i = 0; i < rows; i++) {
      const f = v128.load64_splat(u + ((<usize>i) << 3));
      a = f64x2.add(a, f64x2.mul(f, v128.load(row)));
      b = f64x2.add(b, f64x2.mul(f, v128.load(row, 16)));
      c = f64x2.add(c, f64x2.mul(f, v128.load(row, 32)));
      row += stride;
    }
    const minus = f64x2.splat(-tau);
    a = f64x2.mul(a, minus);
    b = f64x2.mul(b, minus);
    c = f64x2.mul(c, minus);
    row = block;
    for (let i = 0; i < rows; i++) {
      const f = v128.load64_splat(u + ((<usize>i) << 3));
      v128.store(row, f64x2.add(v128.load(row), f64x2.mul(f, a)));
      v128.store(row, f64x2.add(v128.load(row, 16), f64x2.mul(f, b)), 16);
      v128.store(row, f64x2.add(v128.load(row, 32), f64x2.mul(f, c)), 32);
      row += stride;
    }
    block += 48;
  }
  for (; columns > 0; columns--) {
    let sum: f64 = 0;
    for (let i = 0; i < rows; i++) {
      sum += load<f64>(u + ((<usize>i) << 3)) * load<f64>(block + <usize>i * stride);
    }
    sum *= -tau;
    for (let i = 0; i < rows; i++) {
      const at = block + <usize>i * stride;
      store<f64>(at, load<f64>(at) + sum * load<f64>(u + ((<usize>i) << 3)));
    }
    block += 8;
  }
}

/**
 * Sweeps `from`…`to` − 1 of the reduction of an upper band matrix (b superdiagonals) to bidiagonal form, by reflectors
 * that push each row's bulge down the band (Lang 1996; Haidar, Ltaief, Luszczek, Dongarra 2012).
 * `band` holds element (i, j) at i·3b + j + b, with room for b diagonals below and 2b above. Where `us` is not 0, step s
 * of sweep i leaves its left and right reflector at (i·steps + s)·b of `us` and `vs`, their τ at i·steps + s of `tausU`,
 * `tausV`; both act on rows i + 1 + s·b and the b − 1 that follow. `work` holds 2b numbers.
 */
export function chase(
  band: usize,
  n: i32,
  b: i32,
  from: i32,
  to: i32,
  us: usize,
  vs: usize,
  tausU: usize,
  tausV: usize,
  steps: i32,
  work: usize,
): void {
  const stride = (<usize>(3 * b)) << 3;
  const base = band + ((<usize>b) << 3);
  const right = work;
  const left = work + ((<usize>b) << 3);
  for (let i = from; i < to; i++) {
    let source = i;
    let first = i + 1;
    for (let step = 0; first < n; step++) {
      const last = min(first + b - 1, n - 1);
      const length = last - first + 1;
      const bytes = (<usize>length) << 3;
      const slot = <usize>(i * steps + step);

      const row = base + <usize>source * stride + ((<usize>first) << 3);
      memory.copy(right, row, bytes);
      const tauRight = reflector(right, length);
      store<f64>(row, reflected);
      memory.fill(row + 8, 0, bytes - 8);
      if (tauRight != 0) {
        const top = source + 1;
        fromRight(
          base + <usize>top * stride + ((<usize>first) << 3),
          stride,
          last - top + 1,
          right,
          length,
          tauRight,
        );
      }

      const corner = base + <usize>first * stride + ((<usize>first) << 3);
      for (let r = 0; r < length; r++) {
        store<f64>(left + ((<usize>r) << 3), load<f64>(corner + <usize>r * stride));
      }
      const tauLeft = reflector(left, length);
      store<f64>(corner, reflected);
      for (let r = 1; r < length; r++) store<f64>(corner + <usize>r * stride, 0);
      if (tauLeft != 0) {
        fromLeft(corner + 8, stride, min(last + b, n - 1) - first, left, length, tauLeft);
      }
      if (us != 0) {
        const at = (slot * <usize>b) << 3;
        memory.copy(us + at, left, bytes);
        memory.copy(vs + at, right, bytes);
        store<f64>(tausU + (slot << 3), tauLeft);
        store<f64>(tausV + (slot << 3), tauRight);
      }
      source = first;
      first = last + 1;
    }
  }
}
