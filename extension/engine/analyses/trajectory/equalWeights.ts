import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import type { Survey } from '../../series/survey.js';
import type { MayBeEqual } from './gramPieces.js';

const blockElements = 1 << 18;

/**
 * Checkpoints whose parameters are equal, number for number, to those of an earlier one: index → the earlier index.
 * Only pairs that may be equal are read again.
 */
export const equalWeights = async (survey: Survey, mayBeEqual: MayBeEqual): Promise<Map<number, number>> => {
  const equal = new Map<number, number>();
  const n = survey.checkpoints.length;
  for (let t = 1; t < n; t++) {
    for (let earlier = 0; earlier < t && !equal.has(t); earlier++) {
      if (equal.has(earlier) || !mayBeEqual(earlier, t)) continue;
      if (await sameNumbers(survey, survey.comparable, earlier, t)) equal.set(t, earlier);
    }
  }
  return equal;
};

/** Whether tensors hold the same numbers at two checkpoints. */
export const sameNumbers = async (
  survey: Survey,
  tensors: readonly Pick<TensorInfo, 'name' | 'elements'>[],
  a: number,
  b: number,
): Promise<boolean> => {
  const left = new Float64Array(blockElements);
  const right = new Float64Array(blockElements);
  for (const { name, elements } of tensors) {
    for (let start = 0; start < elements; start += blockElements) {
      const length = Math.min(blockElements, elements - start);
      await (await survey.pool.get(a)).read(name, start, length, left);
      await (await survey.pool.get(b)).read(name, start, length, right);
      for (let i = 0; i < length; i++) {
        if (left[i] !== right[i]) return false;
      }
    }
  }
  return true;
};
