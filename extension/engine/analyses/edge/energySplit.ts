import type { UpdateSpectrumEntry } from '../../../contract/report.js';
import { energySplit, independentSplit } from '../../geometry/updates/energySplit.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import type { KeptGram } from '../trajectory/groupGrams.js';
import type { FoundWindow } from './updateSpectra.js';

/** Number of directions whose energy is split: the edge. */
const directions = 3;

/**
 * Whether decay acts on all numbers of a group equally: a record that exempts some tensors does not determine
 * the group's decay.
 */
export const decaysAlike = ({ decayed }: TrainingRecord, { group }: Pick<KeptGram, 'group'>): boolean =>
  decayed === 'all' || (decayed === 'matrices' && group !== 'all');

/**
 * Gradient and decay in the leading directions of a window, and the null of independent gradient steps of the
 * same lengths.
 */
export const splitOfWindow = async (
  { entry, start, coefficients }: FoundWindow,
  gram: KeptGram,
  { keptBetween }: TrainingRecord,
  steps: readonly number[],
): Promise<NonNullable<UpdateSpectrumEntry['split']>> => {
  const { window, centred } = entry;
  const weights = weightGram(gram, start, window + 1);
  const kept = Array.from({ length: window }, (_, i) =>
    keptBetween(steps[start + i]!, steps[start + i + 1]!),
  );
  const found = energySplit({ weights, kept, centred, coefficients: coefficients.slice(0, directions) });
  const independent = await independentSplit({ weights, kept, centred }, directions);
  // A direction without a split ends the list: later ones have none either.
  const until = [...found, undefined].indexOf(undefined);
  return {
    gradient: found.slice(0, until).map((split) => split!.gradient),
    alignment: found.slice(0, until).map((split) => split!.alignment),
    independent: independent.slice(0, until).flatMap((split) => split?.gradient ?? []),
  };
};

/** ⟨θ_s, θ_t⟩ of `count` checkpoints, from the products of θ_t − θ_0 and those with θ_0. */
const weightGram = (
  { gram, start: { products, squared } }: Pick<KeptGram, 'gram' | 'start'>,
  first: number,
  count: number,
): Matrix => {
  const result = zeros(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const [s, t] = [first + i, first + j];
      result.data[i * count + j] = gram.data[s * gram.columns + t]! + products[s]! + products[t]! + squared;
    }
  }
  return result;
};
