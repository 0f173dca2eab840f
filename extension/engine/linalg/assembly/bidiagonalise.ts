import { addFourRows, addScaled, addScaledTwo, dot, reflected, reflector } from './vectors';

/**
 * Householder bidiagonalisation of a row-major m × n matrix (m ≥ n) that fits the cache: A = U B Vᵀ, B upper
 * bidiagonal with diagonal `d` and superdiagonal `e`. Reflectors go to rows of `us` (n × m) and `vs` (n × n), each in
 * place (zeros before its one), their τ to `tausU`, `tausV`. `work` holds n numbers. A is destroyed.
 * The left and the right update of a step go through the matrix together: two passes a step instead of four.
 */
export function bidiagonalise(
  a: usize,
  m: i32,
  n: i32,
  d: usize,
  e: usize,
  us: usize,
  vs: usize,
  tausU: usize,
  tausV: usize,
  work: usize,
): void {
  const stride = (<usize>n) << 3;
  const long = (<usize>m) << 3;
  for (let k = 0; k < n; k++) {
    const kk = (<usize>k) << 3;
    const u = us + <usize>k * long + kk;
    memory.fill(us + <usize>k * long, 0, kk);
    for (let i = k; i < m; i++) {
      store<f64>(u + ((<usize>(i - k)) << 3), load<f64>(a + <usize>i * stride + kk));
    }
    const tau = reflector(u, m - k);
    store<f64>(d + kk, reflected);
    store<f64>(tausU + kk, tau);
    const rest = n - k - 1;
    if (rest == 0) continue;
    const corner = a + <usize>k * stride + kk + 8;
    memory.fill(work, 0, (<usize>rest) << 3);
    if (tau != 0) {
      let i = 0;
      for (; i + 3 < m - k; i += 4) {
        const f = u + ((<usize>i) << 3);
        addFourRows(
          corner + <usize>i * stride,
          stride,
          tau * load<f64>(f),
          tau * load<f64>(f, 8),
          tau * load<f64>(f, 16),
          tau * load<f64>(f, 24),
          work,
          rest,
        );
      }
      for (; i < m - k; i++) {
        addScaled(tau * load<f64>(u + ((<usize>i) << 3)), corner + <usize>i * stride, work, rest);
      }
    }
    addScaled(-1, work, corner, rest);
    const v = vs + <usize>k * stride + kk + 8;
    memory.fill(vs + <usize>k * stride, 0, kk + 8);
    memory.copy(v, corner, (<usize>rest) << 3);
    const tauV = reflector(v, rest);
    store<f64>(e + kk, reflected);
    store<f64>(tausV + kk, tauV);
    const overlap = dot(work, v, rest);
    for (let i = 1; i < m - k; i++) {
      const row = corner + <usize>i * stride;
      const f = load<f64>(u + ((<usize>i) << 3));
      const g = tauV * (dot(row, v, rest) - f * overlap);
      addScaledTwo(-f, work, -g, v, row, rest);
    }
  }
}

/**
 * X ← H₀ H₁ … H_{count−1} X for reflectors in rows of `vs` (count × length) and X row-major length × columns.
 * `work` holds `columns` numbers.
 */
export function applyReflectors(
  vs: usize,
  taus: usize,
  count: i32,
  length: i32,
  x: usize,
  columns: i32,
  work: usize,
): void {
  const stride = (<usize>columns) << 3;
  for (let k = count - 1; k >= 0; k--) {
    const tau = load<f64>(taus + ((<usize>k) << 3));
    if (tau == 0) continue;
    const v = vs + ((<usize>k * <usize>length) << 3);
    memory.fill(work, 0, stride);
    for (let i = k; i < length; i++) {
      addScaled(tau * load<f64>(v + ((<usize>i) << 3)), x + <usize>i * stride, work, columns);
    }
    for (let i = k; i < length; i++) {
      addScaled(-load<f64>(v + ((<usize>i) << 3)), work, x + <usize>i * stride, columns);
    }
  }
}
