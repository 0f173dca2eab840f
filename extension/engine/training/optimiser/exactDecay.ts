import type { Floats } from '../run/trainerState.js';
import { exactPolar } from './exactPolar.js';
import type { LowRankShape } from './lowRankDecay.js';
import type { MatrixSlot } from './matrixSlots.js';

/**
 * Low-Rank Decay with the exact polar factor, in place on a row of weights: W := W − c f U Vᵀ with f =
 * ‖W‖_F/(‖U Vᵀ‖_F + eps) or 1. The reference for the iteration in the graph; float64 throughout.
 * @param strength c: η λ times the schedule's factor.
 */
export const exactDecay = async (
  weights: Floats,
  slots: readonly MatrixSlot[],
  { frobeniusFactor, eps }: LowRankShape,
  strength: number,
): Promise<void> => {
  for (const { offset, rows, columns } of slots) {
    const data = Float64Array.from(weights.subarray(offset, offset + rows * columns));
    const { polar, singularValues, rank } = await exactPolar({ rows, columns, data });
    const frobenius = Math.hypot(...singularValues);
    const scale = strength * (frobeniusFactor ? frobenius / (Math.sqrt(rank) + eps) : 1);
    for (let i = 0; i < data.length; i++) weights[offset + i] = data[i]! - scale * polar[i]!;
  }
};
