import { entropy, rankForShare } from '../../../contract/statistics/ranks.js';
import { perMatrixEnergy } from '../../geometry/reconstruction/perMatrixSvd.js';
import { shuffledEntries } from '../../linalg/shuffledEntries.js';
import type { Matrix } from '../../linalg/matrix.js';
import { pauseFor } from '../../ground/work/pause.js';
import { singularValuesBatch } from '../../linalg/singularValues.js';
import type { RunAnalysis } from './analysis.js';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const percentOf = (rank: number, full: number): number => (100 * rank) / full;

const energyEntropy = (values: Float64Array): number => {
  const total = values.reduce((sum, value) => sum + value * value, 0);
  return entropy(values.map((value) => (value * value) / total)) / Math.log(values.length);
};

const meansOf = (spectra: readonly Float64Array[]) => ({
  rank90: mean(spectra.map((values) => percentOf(rankForShare(values, 0.9), values.length))),
  rank99: mean(spectra.map((values) => percentOf(rankForShare(values, 0.99), values.length))),
});

/**
 * Table 3 of 2602.18649: how many singular values of the trunk's changes hold 90 % and 99 % of the energy, in
 * percent of the full rank. The paper does not say whether matrices are pooled or averaged: both are given. The
 * null is that of shuffled entries.
 */
export const energyRanksOf = async (
  changes: readonly Matrix[],
  seed: number,
  signal: AbortSignal,
): Promise<RunAnalysis['energyRanks']> => {
  const spectraOf = async (matrices: readonly Matrix[]): Promise<Float64Array[]> =>
    (await singularValuesBatch(matrices, { signal })).map(({ values }) => values);
  const spectra = await spectraOf(changes);
  const pause = pauseFor(signal);
  const reordered: Matrix[] = [];
  for (const [i, matrix] of changes.entries()) {
    await pause();
    reordered.push(shuffledEntries(matrix, seed, i));
  }
  const shuffled = await spectraOf(reordered);
  const together = perMatrixEnergy(spectra).map(Math.sqrt);
  return {
    together: {
      rank90: percentOf(rankForShare(together, 0.9), together.length),
      rank99: percentOf(rankForShare(together, 0.99), together.length),
    },
    meanOverMatrices: meansOf(spectra),
    entropy: mean(spectra.map(energyEntropy)),
    shuffled: { ...meansOf(shuffled), entropy: mean(shuffled.map(energyEntropy)), seed },
  };
};
