/** How much of the variation over residues is one frequency. */
export interface Concentration {
  /** Largest power over the sum of powers, from 1/⌊M/2⌋ to 1. */
  readonly concentration: number;
  /** Its frequency, 1 … ⌊M/2⌋. */
  readonly peak: number;
}

/**
 * `published`: residues without a pair are 0, and every frequency counts whole (code of 2604.06256).
 * `fixed`: residues without a pair take the mean of the others, because a zero beside a nonzero mean is a
 * spike with a flat spectrum. For even M the power at M/2 is also halved: each other frequency also
 * represents its mirror M − w, whose power is left out, while M/2 is its own mirror.
 */
export type Recipe = 'published' | 'fixed';

/** Mean of `values` per residue; NaN for a residue without a pair. */
export const groupMeans = (
  values: ArrayLike<number>,
  residues: Int32Array,
  modulus: number,
): Float64Array => {
  const sums = new Float64Array(modulus);
  const counts = new Int32Array(modulus);
  for (let i = 0; i < residues.length; i++) {
    const q = residues[i]!;
    if (q < 0) continue;
    sums[q]! += values[i]!;
    counts[q]!++;
  }
  return sums.map((sum, q) => (counts[q]! > 0 ? sum / counts[q]! : NaN));
};

/** Fourier concentration of means over residues; undefined where they do not vary. */
export const concentrationOf = (means: Float64Array, recipe: Recipe): Concentration | undefined => {
  const present = means.filter((mean) => !Number.isNaN(mean));
  if (present.length < 2) return undefined;
  const fill = recipe === 'fixed' ? present.reduce((sum, mean) => sum + mean, 0) / present.length : 0;
  const powers = fourierPowers(
    means.map((mean) => (Number.isNaN(mean) ? fill : mean)),
    recipe === 'fixed',
  );
  const total = powers.reduce((sum, power) => sum + power, 0);
  if (!(total > 0)) return undefined;
  let peak = 0;
  for (let w = 1; w < powers.length; w++) if (powers[w]! > powers[peak]!) peak = w;
  return { concentration: powers[peak]! / total, peak: peak + 1 };
};

/** cos² + sin² at the frequencies 1 … ⌊M/2⌋ of M numbers. */
export const fourierPowers = (values: Float64Array, halveNyquist: boolean): Float64Array => {
  const { cosines, sines } = circleOf(values.length);
  const modulus = values.length;
  const powers = new Float64Array(Math.floor(modulus / 2));
  for (let w = 1; w <= powers.length; w++) {
    let real = 0;
    let imaginary = 0;
    for (let q = 0, at = 0; q < modulus; q++) {
      real += values[q]! * cosines[at]!;
      imaginary += values[q]! * sines[at]!;
      at += w;
      if (at >= modulus) at -= modulus;
    }
    const isNyquist = 2 * w === modulus;
    powers[w - 1] = (real * real + imaginary * imaginary) / (isNyquist && halveNyquist ? 2 : 1);
  }
  return powers;
};

const circles = new Map<number, { readonly cosines: Float64Array; readonly sines: Float64Array }>();

/** cos and sin of 2πi/M, which every frequency reads. */
const circleOf = (modulus: number): { readonly cosines: Float64Array; readonly sines: Float64Array } => {
  const known = circles.get(modulus);
  if (known !== undefined) return known;
  const made = {
    cosines: Float64Array.from({ length: modulus }, (_, i) => Math.cos((2 * Math.PI * i) / modulus)),
    sines: Float64Array.from({ length: modulus }, (_, i) => Math.sin((2 * Math.PI * i) / modulus)),
  };
  circles.set(modulus, made);
  return made;
};
