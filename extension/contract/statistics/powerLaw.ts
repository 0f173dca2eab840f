import { statistic, type Spectrum } from './statistic.js';

/** A power law fitted to the tail of the eigenvalues λ = σ² of WᵀW. */
export interface PowerLawFit {
  /** Exponent of the density, p(λ) ∝ λ^−α for λ ≥ λₘᵢₙ. */
  readonly alpha: number;
  /** λₘᵢₙ over the largest eigenvalue: the fit does not depend on the scale of the weights. */
  readonly scaledXmin: number;
  /** Kolmogorov–Smirnov distance between the tail and the fit. */
  readonly distance: number;
  /** Eigenvalues from λₘᵢₙ on. */
  readonly tail: number;
}

/** Eigenvalues below this share of the largest are rounding error and excluded from the fit. */
const smallestShare = 1e-12;

/**
 * The fit of Clauset, Shalizi and Newman 2009 (section 3) as WeightWatcher makes it: with every eigenvalue but the
 * largest as x_min, α = 1 + n/Σ ln(x/x_min) over the n values from it on, and D = max_i |F(x_i) − i/n|,
 * F(x) = 1 − (x/x_min)^(1−α), i = 0 … n − 1 (the empirical distribution below each point). The x_min with the smallest D
 * holds, the first of equals. Undefined for fewer than two different eigenvalues.
 * @param scaled singular values over the largest, descending.
 */
export const powerLawFit = (scaled: Float64Array): PowerLawFit | undefined => {
  const logs = scaled
    .map((value) => value * value)
    .filter((eigenvalue) => eigenvalue >= smallestShare)
    .reverse()
    .map(Math.log);
  let best: (PowerLawFit & { readonly logXmin: number }) | undefined;
  let worst = 0;
  for (const { start, alpha } of candidates(logs)) {
    const enough = best?.distance ?? Infinity;
    // Tails that begin side by side are furthest from their fits at nearly the same value.
    if (distanceAt(logs, start, alpha, Math.max(start, worst)) > enough) continue;
    const { distance, at } = distanceOf(logs, start, alpha, enough);
    worst = at;
    if (distance > enough) continue;
    const logXmin = logs[start]!;
    best = { alpha, distance, tail: logs.length - start, scaledXmin: Math.exp(logXmin), logXmin };
  }
  return best;
};

/**
 * Each x_min as the index at which its tail starts, with the exponent of that tail: short tails first, which cost little
 * and rule out most of the long ones. Equal values share one tail.
 */
function* candidates(logs: Float64Array): Generator<{ readonly start: number; readonly alpha: number }> {
  let sum = 0;
  for (let start = logs.length - 1; start >= 0; start--) {
    const log = logs[start]!;
    sum += log;
    if (log === logs.at(-1) || (start > 0 && logs[start - 1] === log)) continue;
    const n = logs.length - start;
    yield { start, alpha: 1 + n / (sum - n * log) };
  }
}

/** How far the tail is from its fit at one of its values. */
const distanceAt = (logs: Float64Array, start: number, alpha: number, at: number): number => {
  const fitted = 1 - Math.exp((1 - alpha) * (logs[at]! - logs[start]!));
  return Math.abs(fitted - (at - start) / (logs.length - start));
};

/** D of one tail, and where it is. Stops early with a number above `enough` once D is known to exceed it. */
const distanceOf = (
  logs: Float64Array,
  start: number,
  alpha: number,
  enough: number,
): { readonly distance: number; readonly at: number } => {
  let distance = 0;
  let at = start;
  for (let i = start; i < logs.length && distance <= enough; i++) {
    const here = distanceAt(logs, start, alpha, i);
    if (here <= distance) continue;
    distance = here;
    at = i;
  }
  return { distance, at };
};

/** The statistics below share one fit per spectrum, and that of its multiples. */
const fits = new WeakMap<Float64Array, { readonly fit: PowerLawFit | undefined }>();
const fitOf = (spectrum: Spectrum): PowerLawFit | undefined => {
  const known = fits.get(spectrum.scaled);
  if (known !== undefined) return known.fit;
  const fit = spectrum.largest > 0 ? powerLawFit(spectrum.scaled) : undefined;
  fits.set(spectrum.scaled, { fit });
  return fit;
};

const untrained = 'An untrained matrix has an α too: compare with the shuffled null before reading it.';

/** Power laws of the eigenvalues λ = σ², not divided by the number of rows; WeightWatcher's names in the notes. */
export const powerLaw = [
  statistic({
    key: 'powerLawAlpha',
    label: 'power-law exponent α',
    short: 'α',
    formula: '1 + n ⁄ Σ ln(λᵢ ⁄ λₘᵢₙ), λ = σ² ≥ λₘᵢₙ',
    note: `WeightWatcher’s alpha. ${untrained}`,
    isScaleFree: true,
    format: 'rank',
    tables: [],
    value: (spectrum) => fitOf(spectrum)?.alpha,
  }),
  statistic({
    key: 'powerLawXmin',
    label: 'power-law start λₘᵢₙ',
    short: 'λₘᵢₙ',
    formula: 'the eigenvalue with the smallest D',
    note: 'WeightWatcher’s xmin.',
    format: 'number',
    tables: [],
    value: (spectrum) => {
      const fit = fitOf(spectrum);
      return fit && fit.scaledXmin * spectrum.largest ** 2;
    },
  }),
  statistic({
    key: 'powerLawD',
    label: 'power-law distance D',
    short: 'D',
    formula: 'maxᵢ |1 − (λᵢ ⁄ λₘᵢₙ)^(1−α) − i ⁄ n|, i = 0 … n − 1',
    isScaleFree: true,
    format: 'number',
    tables: [],
    value: (spectrum) => fitOf(spectrum)?.distance,
  }),
  statistic({
    key: 'powerLawSigma',
    label: 'standard error of α',
    short: 'σ(α)',
    formula: '(α − 1) ⁄ √n',
    note: 'WeightWatcher’s sigma.',
    isScaleFree: true,
    format: 'number',
    tables: [],
    value: (spectrum) => {
      const fit = fitOf(spectrum);
      return fit && (fit.alpha - 1) / Math.sqrt(fit.tail);
    },
  }),
  statistic({
    key: 'powerLawTail',
    label: 'eigenvalues in the power law',
    short: 'tail',
    formula: 'n = #{i: σᵢ² ≥ λₘᵢₙ}',
    note: 'WeightWatcher’s num_pl_spikes.',
    isScaleFree: true,
    format: 'count',
    tables: [],
    value: (spectrum) => fitOf(spectrum)?.tail,
  }),
  statistic({
    key: 'weightedAlpha',
    label: 'weighted α',
    short: 'α log λ',
    formula: 'α log₁₀ σ₁²',
    note: `WeightWatcher’s alpha_weighted. ${untrained}`,
    format: 'number',
    tables: [],
    value: (spectrum) => {
      const fit = fitOf(spectrum);
      return fit && fit.alpha * 2 * Math.log10(spectrum.largest);
    },
  }),
  statistic({
    key: 'logAlphaNorm',
    label: 'log α-norm',
    short: 'log ‖·‖α',
    formula: 'log₁₀ Σ σᵢ^(2α)',
    note: `WeightWatcher’s log_alpha_norm. ${untrained}`,
    format: 'number',
    tables: [],
    value: (spectrum) => {
      const fit = fitOf(spectrum);
      if (fit === undefined) return undefined;
      const sum = spectrum.scaled.reduceRight((total, value) => total + value ** (2 * fit.alpha), 0);
      return Math.log10(sum) + 2 * fit.alpha * Math.log10(spectrum.largest);
    },
  }),
  statistic({
    key: 'farmsAlpha',
    label: 'α without the aspect ratio',
    short: 'FARMS α',
    formula: 'α of the eigenvalues of square windows that cover the matrix, all together',
    note: `On request: the analysis farms. Hu et al. 2025 fit by Hill’s estimator, here the fit is that of α above; of a square matrix it is α. ${untrained}`,
    format: 'rank',
    tables: [],
    value: ({ windows }) => windows && powerLawFit(windows)?.alpha,
  }),
];
