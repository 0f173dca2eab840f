import type { KrylovView } from './blockLanczos.js';
import { blockLanczos } from './blockLanczos.js';
import type { LinearOperator } from './linearOperator.js';
import { pauseFor } from '../ground/work/pause.js';
import { onThread } from './threads/threads.js';
import { GeometryError } from '../../contract/errors.js';

/** A number with an interval that holds it with the probability {@link CONFIDENCE}. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface SpectrumEstimate {
  readonly method: string;
  /** ‖A‖_F: not an estimate. */
  readonly frobeniusNorm: number;
  readonly spectralNorm: Estimate;
  /** ‖A‖_F² / ‖A‖₂². */
  readonly stableRank: Estimate;
  /** The first values, descending; their lower ends hold without any probability. */
  readonly leading: readonly Estimate[];
  /** Σσ. */
  readonly nuclearNorm: Estimate;
  /** exp of the entropy of σ/Σσ. */
  readonly effectiveRank: Estimate;
  /** How many of the min(rows, columns) values lie above fractions of the spectral norm, and the thresholds asked for. */
  readonly density: readonly { readonly threshold: number; readonly above: Estimate }[];
  readonly confidence: number;
  /** How often the matrix was gone through (twice a step where it is wide). */
  readonly steps: number;
}

export interface EstimateOptions {
  /** Leading values wanted; at most 16. */
  readonly leading?: number;
  /** Further thresholds, absolute, that the density is wanted at. */
  readonly thresholds?: readonly number[];
  /** Milliseconds after which no further step is begun. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
}

export const CONFIDENCE = 0.999;
/** Random vectors: the products of 32 cost little more than the reading, and their spread gives the intervals. */
const STARTS = 32;
const MOST_STEPS = 12;
/** Steps without which the quadrature error cannot be told: every estimate takes them, whatever the budget. */
const FEWEST_STEPS = 4;
const MOST_LEADING = STARTS / 2;
const SEED = 20_260_101;
/** Two-sided quantile of Student's t at {@link CONFIDENCE} for 31 degrees of freedom. */
const T_QUANTILE = 3.633;
const DENSITY_FRACTIONS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** An estimate on its way: the operator is not needed any more. */
export interface BegunEstimate {
  readonly estimate: Promise<SpectrumEstimate>;
}

/**
 * Spectral norm, stable rank, leading values, nuclear norm, effective rank and spectral density of a matrix that is
 * too large to decompose: block Lanczos from random vectors (Musco and Musco 2015 for the leading values; Ubaru, Chen
 * and Saad 2017 for the traces, by quadrature). The matrix is gone through a dozen times, in pieces. Settled once it is; the
 * estimate takes a little longer, on another thread.
 * Small matrices (fewer values than 128) want an exact method: here they would be refused.
 * @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`, and what reading throws.
 */
export const beginEstimate = async (
  operator: LinearOperator,
  options: EstimateOptions = {},
): Promise<BegunEstimate> => {
  const began = performance.now();
  if (Math.min(operator.rows, operator.columns) < FEWEST_STEPS * STARTS) {
    throw new GeometryError(
      'invalid-argument',
      `${operator.name} is too small to estimate: its singular values are computed exactly.`,
    );
  }
  const pause = pauseFor(options.signal);
  const squared = await operator.squaredFrobeniusNorm();
  if (!Number.isFinite(squared) || (squared > 0 && squared < 1e-250)) {
    throw new GeometryError(
      'invalid-argument',
      `The squares of ${operator.name} leave the range of float64: ask for its exact singular values.`,
    );
  }
  let previous: KrylovView | undefined;
  let view: KrylovView | undefined;
  for await (const next of blockLanczos(operator, STARTS, MOST_STEPS, SEED, pause)) {
    previous = view;
    view = next;
    const spent = performance.now() - began;
    const following = spent / next.steps;
    if (next.steps >= FEWEST_STEPS && spent + following > (options.budgetMs ?? Infinity)) break;
  }
  const estimate = Promise.all([quadratureOf(view!), quadratureOf(previous ?? view!)]).then(([now, before]) =>
    describe(squared, now, before, options),
  );
  // A failure is met when the estimate is awaited.
  estimate.catch(() => undefined);
  return { estimate };
};

/** The same, once the estimate is there. */
export const estimateSpectrum = async (
  operator: LinearOperator,
  options: EstimateOptions = {},
): Promise<SpectrumEstimate> => {
  const { estimate } = await beginEstimate(operator, options);
  return estimate;
};

/** Nodes (approximate singular values, descending) and, for each start, the weights of its quadrature. */
interface Quadrature {
  readonly view: KrylovView;
  readonly nodes: Float64Array;
  /** starts × nodes. */
  readonly weights: readonly Float64Array[];
}

const quadratureOf = async (view: KrylovView): Promise<Quadrature> => {
  const { projected, startFactor, starts } = view;
  const { nodes, weights } = await onThread('quadrature', { projected, startFactor }, []);
  const n = nodes.length;
  return {
    view,
    nodes,
    weights: Array.from({ length: starts }, (_, start) => weights.subarray(start * n, (start + 1) * n)),
  };
};

/** Σ over all singular values of f, one sample per start. */
const traces = ({ nodes, weights }: Quadrature, f: (sigma: number) => number): number[] => {
  const atNodes = nodes.map(f);
  return weights.map((row) => row.reduce((sum, weight, i) => sum + weight * atNodes[i]!, 0));
};

const mean = (samples: readonly number[]): number =>
  samples.reduce((sum, value) => sum + value, 0) / samples.length;

/** Half the width of the interval of a mean. */
const margin = (samples: readonly number[]): number => {
  const centre = mean(samples);
  const square = samples.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return T_QUANTILE * Math.sqrt(square / (samples.length - 1) / samples.length);
};

/**
 * How far λ may exceed its Ritz value θ: λ ≤ θ / (1 − ε) with probability at least {@link CONFIDENCE}. From
 * the bound of Kuczyński and Woźniakowski (1992, theorem 4.1) for one random vector, P ≤
 * 1.648·√n·exp(−√ε·(2·steps − 1)), with all independent starts failing at once.
 */
const missedShare = ({ size, steps, exhausted }: KrylovView, starts: number): number => {
  if (exhausted) return 0;
  const each = (1 - CONFIDENCE) ** (1 / starts);
  const root = Math.log((1.648 * Math.sqrt(size)) / each) / (2 * steps - 1);
  return Math.min(root * root, 0.99);
};

/**
 * How far a trace may be off after so many steps, from what the last one changed. √λ has a branch point at 0, where many
 * spectra begin: a Gauss rule of k nodes is then off by about c/k², and its last change is 2c/k³, k/2 times smaller. Twice
 * that is taken. A faster convergence is off by less.
 */
const quadratureError = ({ steps }: KrylovView, lastChange: number): number => steps * Math.abs(lastChange);

/** H = ln Σσ − Σσ ln σ / Σσ, and how each start moves it. */
const entropy = (quadrature: Quadrature): { value: number; samples: number[] } => {
  const sums = traces(quadrature, (sigma) => sigma);
  const logs = traces(quadrature, (sigma) => (sigma > 0 ? sigma * Math.log(sigma) : 0));
  const total = mean(sums);
  const weighted = mean(logs);
  return {
    value: Math.log(total) - weighted / total,
    samples: sums.map((sum, i) => ((sum - total) * (1 + weighted / total) - (logs[i]! - weighted)) / total),
  };
};

const describe = (
  squared: number,
  now: Quadrature,
  before: Quadrature,
  { leading: wanted = MOST_LEADING, thresholds = [] }: EstimateOptions,
): SpectrumEstimate => {
  const { view, nodes } = now;
  const frobeniusNorm = Math.sqrt(squared);
  const nothing: Estimate = { value: 0, low: 0, high: 0 };
  // Rounding of AᵀA: what is below √ε·σ₁ cannot be told from zero.
  const rounding = 1e-13 * nodes[0]! ** 2;
  const upTo = (node: number, starts: number): number =>
    Math.min(frobeniusNorm, Math.sqrt(node ** 2 / (1 - missedShare(view, starts)) + rounding));
  const leading = Array.from({ length: Math.min(wanted, MOST_LEADING) }, (_, i) => ({
    value: nodes[i]!,
    low: Math.sqrt(Math.max(0, nodes[i]! ** 2 - rounding)),
    high: Math.max(nodes[i]!, upTo(nodes[i]!, view.starts - i)),
  }));
  const spectralNorm = leading[0] ?? nothing;
  const sums = traces(now, (sigma) => sigma);
  const nuclear = mean(sums);
  const nuclearError = margin(sums) + quadratureError(view, nuclear - mean(traces(before, (sigma) => sigma)));
  const h = entropy(now);
  const entropyError = margin(h.samples) + quadratureError(view, h.value - entropy(before).value);
  const zero = squared === 0;
  return {
    method: `block Lanczos, ${view.starts} random vectors, ${view.steps} steps`,
    frobeniusNorm,
    spectralNorm,
    stableRank: zero
      ? nothing
      : {
          value: squared / spectralNorm.value ** 2,
          low: squared / spectralNorm.high ** 2,
          high: squared / spectralNorm.low ** 2,
        },
    leading,
    nuclearNorm: {
      value: nuclear,
      low: Math.max(frobeniusNorm, nuclear - nuclearError),
      high: nuclear + nuclearError,
    },
    effectiveRank: zero
      ? nothing
      : {
          value: Math.min(view.size, Math.exp(h.value)),
          low: Math.min(view.size, Math.max(1, Math.exp(h.value - entropyError))),
          high: Math.min(view.size, Math.exp(h.value + entropyError)),
        },
    density: [...DENSITY_FRACTIONS.map((fraction) => fraction * spectralNorm.value), ...thresholds].map(
      (threshold) => countAbove(now, threshold),
    ),
    confidence: CONFIDENCE,
    steps: view.steps,
  };
};

/**
 * Values above a threshold. A Gauss rule's cumulated weights enclose the true distribution between neighbouring nodes
 * (Chebyshev, Markov, Stieltjes); with a block, neighbours are as many nodes as it has vectors.
 */
const countAbove = (
  { view, nodes, weights }: Quadrature,
  threshold: number,
): SpectrumEstimate['density'][number] => {
  const first = nodes.findIndex((node) => node <= threshold);
  const above = first === -1 ? nodes.length : first;
  const count = (end: number): number[] =>
    weights.map((row) => row.subarray(0, end).reduce((sum, weight) => sum + weight, 0));
  const within = (number: number): number => Math.min(view.size, Math.max(0, number));
  const value = count(above);
  const fewest = count(Math.max(0, above - view.starts));
  const most = count(Math.min(nodes.length, above + view.starts));
  return {
    threshold,
    above: {
      value: within(mean(value)),
      low: within(mean(fewest) - margin(fewest)),
      high: within(mean(most) + margin(most)),
    },
  };
};
