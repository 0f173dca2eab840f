import { addFourRows, addScaled, dot, reflected, reflector } from './vectors';

/**
 * Orthogonal factor of a panel whose `count` vectors lie in rows of `length` numbers. Row i becomes the i-th reflector
 * (zeros before its one); `r` (count × count) receives in row i what is left of vector i: its first i + 1 numbers; the
 * product of the reflectors is I − V T Vᵀ with T upper triangular in `t`.
 */
export function factorPanel(v: usize, count: i32, length: i32, r: usize, t: usize): void {
  const row = (<usize>length) << 3;
  const small = (<usize>count) << 3;
  for (let j = 0; j < count; j++) {
    const at = v + <usize>j * row + ((<usize>j) << 3);
    const n = length - j;
    const kept = r + <usize>j * small;
    const done = (<usize>min(j, length)) << 3;
    memory.fill(kept, 0, small);
    memory.copy(kept, v + <usize>j * row, done);
    memory.fill(v + <usize>j * row, 0, done);
    if (n <= 0) {
      store<f64>(t + <usize>j * small + ((<usize>j) << 3), 0);
      continue;
    }
    const tau = reflector(at, n);
    store<f64>(kept + ((<usize>j) << 3), reflected);
    store<f64>(t + <usize>j * small + ((<usize>j) << 3), tau);
    if (tau == 0) continue;
    for (let i = j + 1; i < count; i++) {
      const other = v + <usize>i * row + ((<usize>j) << 3);
      addScaled(-tau * dot(at, other, n), at, other, n);
    }
  }
  triangularFactor(v, count, length, length, t);
}

/**
 * The first `count` rows of C after the left factor's update, right of its panel: C[i, count…] − Σ V[l, i] Y[l, count…]
 * into row i of `target`. C and Y have `columns` columns, V has `length`.
 */
export function updatedRows(
  c: usize,
  columns: i32,
  v: usize,
  length: i32,
  y: usize,
  count: i32,
  target: usize,
): void {
  const rest = columns - count;
  const skip = (<usize>count) << 3;
  const row = (<usize>columns) << 3;
  const long = (<usize>length) << 3;
  for (let i = 0; i < count; i++) {
    const to = target + ((<usize>i * <usize>rest) << 3);
    memory.copy(to, c + <usize>i * row + skip, (<usize>rest) << 3);
    const f = v + ((<usize>i) << 3);
    let l = 0;
    for (; l + 3 < count; l += 4) {
      const at = f + <usize>l * long;
      addFourRows(
        y + <usize>l * row + skip,
        row,
        -load<f64>(at),
        -load<f64>(at + long),
        -load<f64>(at + 2 * long),
        -load<f64>(at + 3 * long),
        to,
        rest,
      );
    }
    for (; l < count; l++) addScaled(-load<f64>(f + <usize>l * long), y + <usize>l * row + skip, to, rest);
  }
}

/** The first `count` columns of a row-major matrix as rows of `target`. */
export function columnsAsRows(c: usize, rows: i32, columns: i32, count: i32, target: usize): void {
  for (let i = 0; i < rows; i++) {
    const from = c + ((<usize>i * <usize>columns) << 3);
    let to = target + ((<usize>i) << 3);
    for (let j = 0; j < count; j++) {
      store<f64>(to, load<f64>(from + ((<usize>j) << 3)));
      to += (<usize>rows) << 3;
    }
  }
}

/**
 * T of I − V T Vᵀ for reflectors in rows; the diagonal of `t` holds their τ, and the rest is filled in. Row i holds zeros
 * but for the `width` numbers from the i-th.
 */
export function triangularFactor(v: usize, count: i32, length: i32, width: i32, t: usize): void {
  const row = (<usize>length) << 3;
  const small = (<usize>count) << 3;
  for (let j = 0; j < count; j++) {
    const tau = load<f64>(t + <usize>j * small + ((<usize>j) << 3));
    memory.fill(t + <usize>j * small, 0, (<usize>j) << 3);
    for (let i = 0; i < j; i++) {
      store<f64>(
        t + <usize>i * small + ((<usize>j) << 3),
        tau == 0
          ? 0
          : -tau *
              dot(
                v + <usize>i * row + ((<usize>j) << 3),
                v + <usize>j * row + ((<usize>j) << 3),
                min(length, i + width) - j,
              ),
      );
    }
    for (let i = 0; i < j; i++) {
      let sum: f64 = 0;
      for (let k = i; k < j; k++) {
        sum +=
          load<f64>(t + <usize>i * small + ((<usize>k) << 3)) *
          load<f64>(t + <usize>k * small + ((<usize>j) << 3));
      }
      store<f64>(t + <usize>i * small + ((<usize>j) << 3), sum);
    }
  }
}
