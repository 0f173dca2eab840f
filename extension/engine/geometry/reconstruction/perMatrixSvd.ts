import { gemm } from '../../linalg/gemm.js';
import type { Matrix } from '../../linalg/matrix.js';
import { leadingColumns, transpose } from '../../linalg/matrix.js';
import type { Decomposition } from '../../linalg/svd.js';

/**
 * Per-matrix SVD (2602.18649 §2): every matrix's change from the first checkpoint keeps its leading r singular
 * triples, all matrices at once. A matrix of rank below r is kept whole.
 *
 * @returns the energy that rank 1, 2, …, max min(m, n) adds: Σ over matrices of σ_r².
 */
export const perMatrixEnergy = (spectra: readonly ArrayLike<number>[]): Float64Array => {
  const energy = new Float64Array(Math.max(0, ...spectra.map((values) => values.length)));
  for (const values of spectra) {
    for (let i = 0; i < values.length; i++) energy[i]! += values[i]! * values[i]!;
  }
  return energy;
};

/** U_r Σ_r V_rᵀ: the change of one matrix at a rank. */
export const truncatedChange = async (
  { u, singularValues, v }: Pick<Decomposition, 'u' | 'singularValues' | 'v'>,
  rank: number,
): Promise<Matrix> => {
  const left = leadingColumns(u, rank);
  for (let i = 0; i < left.data.length; i++) left.data[i]! *= singularValues[i % left.columns]!;
  return gemm(left, transpose(leadingColumns(v, rank)));
};
