import { statistic, type Spectrum } from './statistic.js';

/** Nodes of the quadrature below. Its integrand is smooth and periodic, so the error is at rounding level. */
const nodes = 512;
const halvings = 60;

/**
 * Share of the Marchenko–Pastur law of ratio β = min/max ≤ 1 that lies below x = 1 + β + 2√β cos φ, for φ from 0 (its
 * upper edge) to π: with that substitution the density is (2/π) sin²θ ⁄ (1 + β + 2√β cos θ) over θ.
 */
const shareBelow = (phi: number, beta: number): number => {
  const step = (Math.PI - phi) / nodes;
  let sum = 0;
  for (let i = 0; i <= nodes; i++) {
    const cosine = Math.cos(phi + i * step);
    // For β = 1 both vanish at θ = π, their ratio is (1 − cos θ)/2.
    const density =
      beta === 1 ? (1 - cosine) / 2 : (1 - cosine * cosine) / (1 + beta + 2 * Math.sqrt(beta) * cosine);
    sum += density * (i === 0 || i === nodes ? 1 : i % 2 === 1 ? 4 : 2);
  }
  return ((2 / Math.PI) * sum * step) / 3;
};

const medians = new Map<number, number>();
/** Median of the Marchenko–Pastur law of eigenvalues for entries of variance 1/max(m, n). */
const medianOf = (beta: number): number => {
  const known = medians.get(beta);
  if (known !== undefined) return known;
  let [low, high] = [0, Math.PI];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (shareBelow(middle, beta) > 0.5) low = middle;
    else high = middle;
  }
  const median = 1 + beta + 2 * Math.sqrt(beta) * Math.cos(low);
  medians.set(beta, median);
  return median;
};

/**
 * The Marchenko–Pastur upper edge of the bulk. The entries' deviation s is the one whose law has the singular
 * values' median (Gavish and Donoho 2014, section III.E): a few spikes hardly move a median, but do move the
 * variance of all entries. Undefined if the median is zero to single precision: most values are then rounding.
 */
export const bulkEdge = ({ values, scaled, rows, columns }: Spectrum): number | undefined => {
  const [short, long] = rows < columns ? [rows, columns] : [columns, rows];
  const middle = Math.floor(values.length / 2);
  if ((scaled[middle] ?? 0) <= long * 2 ** -23) return undefined;
  const median = values.length % 2 === 1 ? values[middle]! : (values[middle]! + values[middle - 1]!) / 2;
  return (median / Math.sqrt(long * medianOf(short / long))) * (Math.sqrt(rows) + Math.sqrt(columns));
};

const countAbove = (descending: Float64Array, edge: number): number => {
  const first = descending.findIndex((value) => value <= edge);
  return first === -1 ? descending.length : first;
};

/**
 * Where the spectrum leaves that of independent entries. A fused matrix as a whole has several bulks and no
 * single edge.
 */
export const bulk = [
  statistic({
    key: 'aboveUpperEdge',
    label: 'values above the Marchenko–Pastur edge',
    short: '> MP edge',
    formula: '#{i: σᵢ > s (√m + √n)}, s² = variance of the entries',
    note: 'Spikes above the bulk; those of the shuffled matrix are WeightWatcher’s correlation traps.',
    format: 'count',
    tables: ['terminal'],
    value: ({ values, upperEdge }) => (upperEdge === undefined ? undefined : countAbove(values, upperEdge)),
  }),
  statistic({
    key: 'bulkEdge',
    label: 'Marchenko–Pastur edge of the fitted bulk',
    short: 'bulk edge',
    formula: 's (√m + √n), s² max(m, n) μ = (median of the σᵢ)², μ = median of the law',
    note: 'Gavish and Donoho 2014. Spikes add to the variance of the entries, and so to its edge; they hardly move the median. WeightWatcher fits the density of the eigenvalues instead, and calls the square of the edge bulk_max.',
    format: 'number',
    tables: [],
    value: (spectrum) => (spectrum.hasNoBulk ? undefined : bulkEdge(spectrum)),
  }),
  statistic({
    key: 'aboveBulkEdge',
    label: 'values above the edge of the fitted bulk',
    short: '> bulk edge',
    formula: '#{i: σᵢ > edge of the fitted bulk}',
    note: 'WeightWatcher’s num_spikes, by its own fit.',
    format: 'count',
    tables: [],
    value: (spectrum) => {
      const edge = spectrum.hasNoBulk ? undefined : bulkEdge(spectrum);
      return edge === undefined ? undefined : countAbove(spectrum.values, edge);
    },
  }),
];
