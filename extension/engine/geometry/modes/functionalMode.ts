/** What a step along a direction does to the hidden states of many pairs. */
export interface FunctionalMode {
  /** Per pair ‖δh‖². */
  readonly squared: Float64Array;
  /** δh, [pairs, d], row-major. */
  readonly change: Float64Array;
}

/** δh = h(θ + εv) − h(θ) per pair, one-sided (2604.06256 §4.3). */
export const functionalMode = (moved: Float64Array, hidden: Float64Array, d: number): FunctionalMode => {
  const change = moved.map((value, i) => value - hidden[i]!);
  const squared = new Float64Array(change.length / d);
  for (let i = 0; i < change.length; i++) squared[Math.floor(i / d)]! += change[i]! ** 2;
  return { squared, change };
};

export const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Values of pairs on the p × p grid of (a, b), row-major in a; NaN where no pair stands. */
export const onGrid = (values: Float64Array, a: Int32Array, b: Int32Array, prime: number): Float64Array => {
  const grid = new Float64Array(prime * prime).fill(NaN);
  a.forEach((row, i) => (grid[row * prime + b[i]!] = values[i]!));
  return grid;
};

/** A peak of the two-dimensional Fourier transform. */
export interface PlanePeak {
  /** Frequencies along a and b, 0 … p − 1; (w, w) is a function of a + b, (w, p − w) one of a − b. */
  readonly wa: number;
  readonly wb: number;
  /** Its power over the sum of all but the mean's. */
  readonly share: number;
}

/**
 * The strongest frequencies of values over the grid, pairs that are not there at the mean of the others. Of each frequency
 * and its mirror (p − wa, p − wb), which a real function shares its power with, one is listed with both their shares.
 */
export const planePeaks = (grid: Float64Array, prime: number, count: number): PlanePeak[] => {
  const present = grid.filter((value) => !Number.isNaN(value));
  const fill = mean(present);
  const about = grid.map((value) => (Number.isNaN(value) ? 0 : value - fill));
  const [real, imaginary] = planeTransform(about, prime);
  const peaks: PlanePeak[] = [];
  let total = 0;
  for (let wa = 0; wa < prime; wa++) {
    for (let wb = 0; wb < prime; wb++) {
      if (wa === 0 && wb === 0) continue;
      const at = wa * prime + wb;
      const power = real[at]! ** 2 + imaginary[at]! ** 2;
      total += power;
      const mirror = ((prime - wa) % prime) * prime + ((prime - wb) % prime);
      if (at <= mirror) peaks.push({ wa, wb, share: at === mirror ? power : 2 * power });
    }
  }
  peaks.sort((x, y) => y.share - x.share);
  return total > 0 ? peaks.slice(0, count).map((peak) => ({ ...peak, share: peak.share / total })) : [];
};

/** Rows, then columns: p³ operations each. */
const planeTransform = (grid: Float64Array, prime: number): [Float64Array, Float64Array] => {
  const cosines = Float64Array.from({ length: prime }, (_, i) => Math.cos((2 * Math.PI * i) / prime));
  const sines = Float64Array.from({ length: prime }, (_, i) => Math.sin((2 * Math.PI * i) / prime));
  const [rowReal, rowImaginary] = [new Float64Array(grid.length), new Float64Array(grid.length)];
  for (let a = 0; a < prime; a++) {
    for (let w = 0; w < prime; w++) {
      let [re, im] = [0, 0];
      for (let b = 0; b < prime; b++) {
        const value = grid[a * prime + b]!;
        re += value * cosines[(w * b) % prime]!;
        im -= value * sines[(w * b) % prime]!;
      }
      rowReal[a * prime + w] = re;
      rowImaginary[a * prime + w] = im;
    }
  }
  const [real, imaginary] = [new Float64Array(grid.length), new Float64Array(grid.length)];
  for (let w = 0; w < prime; w++) {
    for (let wb = 0; wb < prime; wb++) {
      let [re, im] = [0, 0];
      for (let a = 0; a < prime; a++) {
        const [c, s] = [cosines[(w * a) % prime]!, sines[(w * a) % prime]!];
        const [x, y] = [rowReal[a * prime + wb]!, rowImaginary[a * prime + wb]!];
        re += x * c + y * s;
        im += y * c - x * s;
      }
      real[w * prime + wb] = re;
      imaginary[w * prime + wb] = im;
    }
  }
  return [real, imaginary];
};
