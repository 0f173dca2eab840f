import type { Matrix } from '../../linalg/matrix.js';
import { zeros } from '../../linalg/matrix.js';
import { windowSpectrum } from './windowSpectrum.js';

export interface EnergySplitRequest {
  /** ⟨θ_s, θ_t⟩ of the window's W + 1 checkpoints. */
  readonly weights: Matrix;
  /** γ_t: what decoupled decay leaves of θ_t by the next checkpoint, W of them. */
  readonly kept: readonly number[];
  readonly centred: boolean;
  /** Of each direction in the window's updates, v = Σ_i c_i δ_i. */
  readonly coefficients: readonly (readonly number[])[];
}

/** One direction's energy in a window, by where it comes from. */
export interface EnergySplit {
  /** Σ⟨g_i, v⟩² over Σ⟨g_i, v⟩² + Σ⟨d_i, v⟩². */
  readonly gradient: number;
  /** Cosine of the two rows of projections: 1 where gradient and decay push the same way along v. */
  readonly alignment: number;
}

/**
 * Splits the energy that a window's updates have along its singular directions into a gradient and a decay part, after
 * 2604.07380: δ_i = g_i + d_i, d_i = (γ_i − 1) θ_i what decoupled decay alone would do to the weights, g_i the rest.
 * Centred: the means of both parts over the window are left out, as the spectrum's are. No split for a direction without
 * coefficients.
 */
export const energySplit = ({
  weights,
  kept,
  centred,
  coefficients,
}: EnergySplitRequest): (EnergySplit | undefined)[] => {
  const parts = partsOf(weights, kept);
  return coefficients.map((row) =>
    row.length === 0
      ? undefined
      : splitOf(projections(parts.gradient, row), projections(parts.decay, row), centred),
  );
};

/**
 * The null of {@link energySplit}: the same decay steps beside gradient steps of the same lengths and independent
 * directions, orthogonal to each other and to the weights as directions of many dimensions nearly are.
 * @returns of the first `count` directions.
 */
export const independentSplit = async (
  { weights, kept, centred }: Omit<EnergySplitRequest, 'coefficients'>,
  count: number,
): Promise<(EnergySplit | undefined)[]> => {
  const decays = decayGram(weights, kept);
  const lengths = gradientSquares(weights, kept);
  const updates = { ...decays, data: decays.data.slice() };
  lengths.forEach((squared, i) => (updates.data[i * updates.columns + i]! += squared));
  const { coefficients } = await windowSpectrum(updates, centred);
  return coefficients.slice(0, count).map((row) => {
    if (row.length === 0) return undefined;
    const gradient = row.map((coefficient, i) => coefficient * lengths[i]!);
    return splitOf(gradient, projections(decays, row), centred);
  });
};

/** W × W: ⟨g_i, δ_j⟩ and ⟨d_i, δ_j⟩. */
const partsOf = (
  weights: Matrix,
  kept: readonly number[],
): { readonly gradient: Matrix; readonly decay: Matrix } => {
  const count = kept.length;
  const [gradient, decay] = [zeros(count, count), zeros(count, count)];
  const update = (i: number, j: number): number => at(weights, i, j + 1) - at(weights, i, j);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const ofDecay = (kept[i]! - 1) * update(i, j);
      decay.data[i * count + j] = ofDecay;
      gradient.data[i * count + j] = update(i + 1, j) - update(i, j) - ofDecay;
    }
  }
  return { gradient, decay };
};

/** ⟨d_i, d_j⟩. */
const decayGram = (weights: Matrix, kept: readonly number[]): Matrix => {
  const result = zeros(kept.length, kept.length);
  kept.forEach((ofI, i) =>
    kept.forEach((ofJ, j) => {
      result.data[i * kept.length + j] = (ofI - 1) * (ofJ - 1) * at(weights, i, j);
    }),
  );
  return result;
};

/** ‖θ_{i+1} − γ_i θ_i‖². */
const gradientSquares = (weights: Matrix, kept: readonly number[]): number[] =>
  kept.map((gamma, i) =>
    Math.max(
      0,
      at(weights, i + 1, i + 1) + gamma * gamma * at(weights, i, i) - 2 * gamma * at(weights, i, i + 1),
    ),
  );

const at = ({ columns, data }: Matrix, i: number, j: number): number => data[i * columns + j]!;

const projections = ({ rows, columns, data }: Matrix, row: readonly number[]): number[] =>
  Array.from({ length: rows }, (_, i) =>
    row.reduce((sum, coefficient, j) => sum + coefficient * data[i * columns + j]!, 0),
  );

const splitOf = (
  gradient: readonly number[],
  decay: readonly number[],
  centred: boolean,
): EnergySplit | undefined => {
  const [g, d] = centred ? [withoutMean(gradient), withoutMean(decay)] : [gradient, decay];
  const [gg, dd, gd] = [product(g, g), product(d, d), product(g, d)];
  if (!(gg + dd > 0)) return undefined;
  return { gradient: gg / (gg + dd), alignment: gg * dd > 0 ? gd / Math.sqrt(gg * dd) : 0 };
};

const product = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, value, i) => sum + value * y[i]!, 0);

const withoutMean = (values: readonly number[]): number[] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
};
