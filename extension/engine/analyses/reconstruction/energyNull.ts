import type { ReconstructionEntry } from '../../../contract/report.js';
import { rankForShare } from '../../../contract/statistics/ranks.js';
import { energiesOf } from '../../geometry/reconstruction/curve.js';
import { perMatrixEnergy } from '../../geometry/reconstruction/perMatrixSvd.js';

export type EnergyNull = NonNullable<ReconstructionEntry['null']>;

const ranksOf = (energy: Float64Array): Pick<EnergyNull, 'rank90' | 'rank99'> => {
  const lengths = energy.map(Math.sqrt);
  return { rank90: rankForShare(lengths, 0.9), rank99: rankForShare(lengths, 0.99) };
};

/**
 * Energy that per-matrix SVD keeps of shuffled entries. Independent entries have no flat spectrum: of 128 × 128
 * of them rank 66 keeps 90 %.
 *
 * @param spectra per draw, the singular values of each matrix. Undefined without draws, or if all are zero.
 */
export const shuffledEnergy = (
  spectra: readonly (readonly ArrayLike<number>[])[],
  seed: number,
): EnergyNull | undefined => {
  // Summed over draws: each has the same energy in all, so the sum's shares are the mean's.
  const energy = perMatrixEnergy(spectra.flat());
  if (!energy.some((value) => value > 0)) return undefined;
  const draws = spectra.length;
  return { kind: 'shuffled-entries', draws, seed, energies: energiesOf(energy), ...ranksOf(energy) };
};

/**
 * Energy that joint SVD keeps of mutually orthogonal rows: the singular values are the rows' lengths.
 *
 * @param squares ‖row‖² of each. Undefined if all are zero.
 */
export const orthogonalRowsEnergy = (squares: readonly number[]): EnergyNull | undefined => {
  const energy = Float64Array.from(squares).sort().reverse();
  if (!(energy[0]! > 0)) return undefined;
  return { kind: 'orthogonal-rows', energies: energiesOf(energy), ...ranksOf(energy) };
};
