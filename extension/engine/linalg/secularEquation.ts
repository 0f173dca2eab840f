const EPSILON = 2 ** -53;
const MOST_STEPS = 100;

/**
 * The j-th singular value of the arrow matrix with first row z and diagonal (0, d₁, …, d_{n−1}), d ascending and
 * d₀ = 0: the root of 1 + Σ zᵢ² / (dᵢ² − σ²) between d_j and d_{j+1} (d_{n−1} and beyond for the last).
 * `differences` (n numbers) receives dᵢ² − σ². The origin is moved to the nearer pole, so that every difference is
 * exact to rounding; steps interpolate both halves of the sum by one pole each (Li 1993, "the middle way"), inside a
 * bracket that bisection may always halve.
 */
export const secularRoot = (
  d: Float64Array,
  squares: Float64Array,
  sumOfSquares: number,
  j: number,
  differences: Float64Array,
): number => {
  const n = d.length;
  const last = j === n - 1;
  // Interval (0, width) for τ = σ² − d_j².
  const width = last ? sumOfSquares : (d[j + 1]! - d[j]!) * (d[j + 1]! + d[j]!);
  let origin = j;
  let low = 0;
  let high = width;
  let tau = width / 2;
  if (!last) {
    let middle = 1;
    for (let i = 0; i < n; i++) {
      middle += squares[i]! / ((d[i]! - d[j]!) * (d[i]! + d[j]!) - tau);
    }
    if (middle < 0) {
      origin = j + 1;
      low = -width / 2;
      high = 0;
      tau = low;
    } else {
      high = tau;
    }
  }
  const pole = d[origin]!;
  for (let i = 0; i < n; i++) differences[i] = (d[i]! - pole) * (d[i]! + pole);
  const near = differences[j]!;
  const far = last ? 0 : differences[j + 1]!;

  for (let step = 0; step < MOST_STEPS; step++) {
    let psi = 0;
    let psiSlope = 0;
    let phi = 0;
    let phiSlope = 0;
    for (let i = 0; i <= j; i++) {
      const inverse = 1 / (differences[i]! - tau);
      const term = squares[i]! * inverse;
      psi += term;
      psiSlope += term * inverse;
    }
    for (let i = n - 1; i > j; i--) {
      const inverse = 1 / (differences[i]! - tau);
      const term = squares[i]! * inverse;
      phi += term;
      phiSlope += term * inverse;
    }
    const value = 1 + psi + phi;
    const rounding =
      EPSILON * (8 * (1 + Math.abs(psi) + Math.abs(phi)) + Math.abs(tau) * (psiSlope + phiSlope));
    if (Math.abs(value) <= rounding) break;
    if (value < 0) low = tau;
    else high = tau;
    if (high - low <= 2 * EPSILON * Math.max(Math.abs(low), Math.abs(high))) break;

    const toNear = near - tau;
    let move: number;
    if (last) {
      // One pole: 1 + r + s/(δ − x) = 0 with s, r matched to ψ and ψ′.
      const rest = value - toNear * psiSlope;
      move = rest > 0 ? (toNear * value) / rest : Number.NaN;
    } else {
      const toFar = far - tau;
      const c = value - toNear * psiSlope - toFar * phiSlope;
      const a = (toNear + toFar) * value - toNear * toFar * (psiSlope + phiSlope);
      const b = toNear * toFar * value;
      const root = Math.sqrt(Math.max(a * a - 4 * b * c, 0));
      move = a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root);
    }
    let next = tau + move;
    // Outside the bracket (or not a number): halve it, geometrically where it spans magnitudes.
    if (!(next > low && next < high)) next = bisect(low, high);
    if (next === tau) break;
    tau = next;
  }
  for (let i = 0; i < n; i++) differences[i]! -= tau;
  return pole + tau / (pole + Math.sqrt(pole * pole + tau));
};

const bisect = (low: number, high: number): number => {
  if (low >= 0) {
    const floor = Math.max(low, high * 1e-8);
    return high > 4 * floor ? Math.sqrt(floor * high) : (low + high) / 2;
  }
  return -bisect(-high, -low);
};
