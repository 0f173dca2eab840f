/**
 * P(g > x) of Fisher's g (1929), the largest of `bins` periodogram ordinates over their sum, for independent Gaussian
 * numbers of equal variance: Σ_j (−1)^(j−1) C(m, j) (1 − jx)_+^(m−1). Exact for an odd number of values; for an even one the
 * ordinate at half the modulus has another law.
 */
export const fisherTail = (x: number, bins: number): number => {
  if (x <= 1 / bins) return 1;
  if (x >= 1) return 0;
  const terms: number[] = [];
  let binomial = 1;
  for (let j = 1; j <= bins && j * x < 1; j++) {
    binomial *= (bins - j + 1) / j;
    terms.push((j % 2 === 1 ? 1 : -1) * binomial * (1 - j * x) ** (bins - 1));
  }
  // Terms alternate and, for small x, are far larger than their sum: smallest first loses least.
  terms.sort((a, b) => Math.abs(a) - Math.abs(b));
  return Math.min(
    1,
    Math.max(
      0,
      terms.reduce((sum, term) => sum + term, 0),
    ),
  );
};

export interface FisherNull {
  readonly bins: number;
  /** Σ_{j=1}^{m} 1/j over m: the mean of the largest of m exponentials over their sum. */
  readonly mean: number;
  /** 95 % and 99 % quantiles. */
  readonly q95: number;
  readonly q99: number;
}

/** Mean and upper quantiles of Fisher's g with so many bins. */
export const fisherNull = (bins: number): FisherNull => ({
  bins,
  mean: Array.from({ length: bins }, (_, j) => 1 / (j + 1)).reduce((sum, term) => sum + term, 0) / bins,
  q95: fisherQuantile(0.05, bins),
  q99: fisherQuantile(0.01, bins),
});

/** The x with P(g > x) = tail, by bisection to the last bit. */
const fisherQuantile = (tail: number, bins: number): number => {
  let [low, high] = [1 / bins, 1];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (fisherTail(middle, bins) > tail) low = middle;
    else high = middle;
  }
};
