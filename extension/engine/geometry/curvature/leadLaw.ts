import { seededRandom } from '../../ground/seededRandom.js';
import { quantile } from '../quantiles.js';

/** A run of a sweep over learning rates: when it groks, and how long before that its defect rose. */
export interface LeadOfRun {
  readonly grokStep: number;
  readonly lead: number;
}

/** lead = c · grokStep^α, by least squares of the logarithms. */
export interface LeadLaw {
  readonly alpha: number;
  readonly factor: number;
  /** Share of the variance of log lead. */
  readonly rSquared: number;
  readonly runs: number;
}

export interface LeadLawWithInterval extends LeadLaw {
  /** Central 95 % of α over bootstrap draws of whole runs. */
  readonly low: number;
  readonly high: number;
  /** The same fit where each onset is uniform before its run's grok step: what α and R² are when onsets tell nothing. */
  readonly null: {
    readonly alpha: number;
    readonly low: number;
    readonly high: number;
    readonly rSquared: number;
  };
}

/** Fewest runs that a law of two numbers is fitted to. */
const FEWEST = 3;

/** Undefined for fewer than three runs with a positive lead, or where all grok at one step. */
export const leadLaw = (runs: readonly LeadOfRun[]): LeadLaw | undefined => {
  const points = runs.filter(({ lead }) => lead > 0);
  const n = points.length;
  if (n < FEWEST) return undefined;
  const x = points.map(({ grokStep }) => Math.log(grokStep));
  const y = points.map(({ lead }) => Math.log(lead));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / n;
  const [atX, atY] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xx += (x[i]! - atX) ** 2;
    xy += (x[i]! - atX) * (y[i]! - atY);
    yy += (y[i]! - atY) ** 2;
  }
  if (xx === 0) return undefined;
  const alpha = xy / xx;
  return {
    alpha,
    factor: Math.exp(atY - alpha * atX),
    rSquared: yy === 0 ? 1 : (xy * xy) / (xx * yy),
    runs: n,
  };
};

/**
 * The law with its bootstrap interval over runs, beside that of uniform onsets: a lead is a part of its own grok step, so
 * that α near 1 and a high R² come by themselves where grok steps differ by orders of magnitude.
 */
export const leadLawWithInterval = (
  runs: readonly LeadOfRun[],
  { draws, seed }: { readonly draws: number; readonly seed: number },
): LeadLawWithInterval | undefined => {
  const law = leadLaw(runs);
  if (law === undefined) return undefined;
  const points = runs.filter(({ lead }) => lead > 0);
  const lawsOf = (draw: (index: number) => readonly LeadOfRun[]): LeadLaw[] =>
    Array.from({ length: draws }, (_, index) => leadLaw(draw(index))).filter((found) => found !== undefined);
  const resampled = lawsOf((index) => {
    const random = seededRandom(seed, index);
    return points.map(() => points[random.below(points.length)]!);
  });
  const uniform = lawsOf((index) => {
    const random = seededRandom(seed + 1, index);
    return points.map(({ grokStep }) => ({ grokStep, lead: grokStep * (1 - random.uniform()) }));
  });
  const alphas = (laws: readonly LeadLaw[]): Float64Array =>
    Float64Array.from(laws, ({ alpha }) => alpha).sort();
  const at = (sorted: Float64Array, share: number): number => quantile(sorted, share);
  const [own, drawn] = [alphas(resampled), alphas(uniform)];
  return {
    ...law,
    low: at(own, 0.025),
    high: at(own, 0.975),
    null: {
      alpha: at(drawn, 0.5),
      low: at(drawn, 0.025),
      high: at(drawn, 0.975),
      rSquared: at(Float64Array.from(uniform, ({ rSquared }) => rSquared).sort(), 0.5),
    },
  };
};
