/** The smallest generator of the multiplicative group modulo a prime. */
export const primitiveRoot = (prime: number): number => {
  if (prime === 2) return 1;
  const order = prime - 1;
  const factors = primeFactors(order);
  for (let g = 2; ; g++) {
    if (factors.every((factor) => power(g, order / factor, prime) !== 1)) return g;
  }
};

/** log_g x for x = 1 … prime − 1 with the smallest primitive root g; −1 at 0, which has none. */
export const discreteLogarithms = (prime: number): Int32Array => {
  const g = primitiveRoot(prime);
  const logs = new Int32Array(prime).fill(-1);
  for (let exponent = 0, x = 1; exponent < prime - 1; exponent++, x = (x * g) % prime) logs[x] = exponent;
  return logs;
};

const primeFactors = (n: number): number[] => {
  const found: number[] = [];
  let rest = n;
  for (let factor = 2; factor * factor <= rest; factor++) {
    if (rest % factor !== 0) continue;
    found.push(factor);
    while (rest % factor === 0) rest /= factor;
  }
  return rest > 1 ? [...found, rest] : found;
};

/** x^n modulo a number whose square is exact in float64. */
const power = (x: number, n: number, modulus: number): number => {
  let result = 1;
  for (
    let base = x % modulus, rest = n;
    rest > 0;
    rest = Math.floor(rest / 2), base = (base * base) % modulus
  ) {
    if (rest % 2 === 1) result = (result * base) % modulus;
  }
  return result;
};
