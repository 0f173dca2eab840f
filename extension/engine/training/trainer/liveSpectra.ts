import type { MatrixMetrics } from '../../../contract/optimiser.js';
import { spectrumOf as spectrumOfValues } from '../../../contract/statistics/statistic.js';
import { statisticsOf } from '../../../contract/statistics/table.js';
import { shuffledEntries } from '../../linalg/shuffledEntries.js';
import { singularValues } from '../../linalg/singularValues.js';
import type { MatrixSlot } from '../optimiser/matrixSlots.js';
import type { Floats } from '../run/trainerState.js';

/** Strength of a step's decay: on every matrix, and on those of Low-Rank Decay. */
export interface DecayStrengths {
  /** η · weight decay. */
  readonly l2: number;
  /** η λ g; f is computed per matrix. */
  readonly lowRank: number;
}

export interface MeasuredRow {
  readonly weights: Floats;
  /** Of the loss on the training pairs, before clipping. */
  readonly gradient: Floats;
  /** The weights one step before; absent at the first step. */
  readonly before?: Floats;
  readonly strengths: DecayStrengths;
}

export interface MeasuredMatrices {
  readonly slots: readonly MatrixSlot[];
  /** Names of those that Low-Rank Decay acts on. */
  readonly decayed: ReadonlySet<string>;
  /** L2 excludes these and leaves them to Low-Rank Decay. */
  readonly sparesDecayed: boolean;
  readonly frobeniusFactor: boolean;
  readonly keepValues: boolean;
}

const partOf = (row: Floats, { offset, rows, columns }: MatrixSlot): Float64Array =>
  Float64Array.from(row.subarray(offset, offset + rows * columns));

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** ⟨X, W⟩/‖W‖ and the length of the rest of X. */
const partsAlong = (
  x: Float64Array,
  w: Float64Array,
): { readonly radial: number; readonly tangential: number } => {
  const length = Math.sqrt(dot(w, w));
  const radial = length === 0 ? 0 : dot(x, w) / length;
  const rest = x.map((value, i) => (length === 0 ? value : value - (radial / length) * w[i]!));
  return { radial, tangential: Math.sqrt(dot(rest, rest)) };
};

/** Rank statistics of a matrix's singular values; `polarRadial` is the nuclear norm over the Frobenius norm. */
const rankStatistics = (values: Float64Array, shape: { readonly rows: number; readonly columns: number }) => {
  const { spectralNorm, frobeniusNorm, nuclearNorm, stableRank, effectiveRank } = statisticsOf(
    spectrumOfValues(values, shape),
  );
  return {
    ...{ frobeniusNorm, nuclearNorm },
    shared: {
      spectralNorm,
      polarRadial: frobeniusNorm === 0 ? 0 : nuclearNorm / frobeniusNorm,
      ...(stableRank === undefined ? {} : { stableRank }),
      ...(effectiveRank === undefined ? {} : { effectiveRank }),
    },
  };
};

/** The shuffled entries: the null of a matrix's ranks. One permutation per matrix for all steps. */
const shuffledStatistics = async (data: Float64Array, { rows, columns, name, offset }: MatrixSlot) => {
  const shuffled = shuffledEntries({ rows, columns, data }, offset);
  const { values } = await singularValues(shuffled, { name });
  return rankStatistics(values, { rows, columns }).shared;
};

/**
 * Spectrum of a matrix of a row of weights, and the components of its polar factor along and orthogonal to it
 * (2606.04405, section 4).
 */
const spectrumOf = async (weights: Floats, slot: MatrixSlot) => {
  const { rows, columns, name } = slot;
  const data = partOf(weights, slot);
  const { values, errorBound } = await singularValues({ rows, columns, data }, { name });
  const { frobeniusNorm, nuclearNorm, shared } = rankStatistics(values, { rows, columns });
  const rank = values.filter((value) => value > errorBound).length;
  return {
    ...{ values, data, rank },
    statistics: { ...shared, ...{ frobeniusNorm, nuclearNorm, smallest: values.at(-1) ?? 0 } },
    polarTangential: Math.sqrt(Math.max(0, rank - shared.polarRadial ** 2)),
  };
};

/** Mean stable rank of matrices of a row of weights; zero matrices are left out. */
export const meanStableRank = async (
  weights: Floats,
  slots: readonly MatrixSlot[],
): Promise<number | undefined> => {
  const ranks: number[] = [];
  for (const slot of slots) {
    const { stableRank } = (await spectrumOf(weights, slot)).statistics;
    if (stableRank !== undefined) ranks.push(stableRank);
  }
  return ranks.length === 0 ? undefined : ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
};

/**
 * Per matrix: rank statistics; the parts along W and across of the polar factor, of the gradient, of the last step's change
 * (along the weights before it) and of the decay, whose parts count positive towards zero; the ranks of the same entries
 * shuffled.
 * @throws GeometryError `not-finite`.
 */
export const measureMatrices = async (
  { slots, decayed, sparesDecayed, frobeniusFactor, keepValues }: MeasuredMatrices,
  { weights, gradient, before, strengths }: MeasuredRow,
): Promise<Record<string, MatrixMetrics>> => {
  const measured: Record<string, MatrixMetrics> = {};
  for (const slot of slots) {
    const { values, data, rank, statistics, polarTangential } = await spectrumOf(weights, slot);
    const { polarRadial } = statistics;
    const slope = partOf(gradient, slot);
    const { radial, tangential } = partsAlong(slope, data);
    const slopeLength = Math.sqrt(dot(slope, slope));
    const factor = frobeniusFactor ? statistics.frobeniusNorm / Math.sqrt(rank) : 1;
    const lowRank = rank > 0 && decayed.has(slot.name) ? strengths.lowRank * factor : 0;
    const l2 = sparesDecayed && decayed.has(slot.name) ? 0 : strengths.l2;
    const change =
      before &&
      partsAlong(
        partOf(weights, slot).map((value, i) => value - before[slot.offset + i]!),
        partOf(before, slot),
      );
    measured[slot.name] = {
      ...statistics,
      polarTangential,
      ...(slopeLength > 0 ? { gradientCosine: radial / slopeLength } : {}),
      gradientRadial: radial,
      gradientTangential: tangential,
      ...(change ? { updateRadial: change.radial, updateTangential: change.tangential } : {}),
      decayRadial: l2 * statistics.frobeniusNorm + lowRank * polarRadial,
      decayTangential: lowRank * polarTangential,
      ...(keepValues ? { singularValues: Array.from(values) } : {}),
      numbers: data.length,
      shuffled: await shuffledStatistics(data, slot),
    };
  }
  return measured;
};
