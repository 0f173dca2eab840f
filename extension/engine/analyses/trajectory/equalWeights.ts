import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { Survey } from '../../series/survey.js';

const blockElements = 1 << 18;

/**
 * Checkpoints whose parameters are equal, number for number, to those of an earlier one: index → the earlier index.
 * The Gram matrix of θ_t − θ_0 names the pairs whose distance is next to nothing; only those are read again.
 */
export const equalWeights = async (survey: Survey, gram: Matrix): Promise<Map<number, number>> => {
  const equal = new Map<number, number>();
  const n = gram.rows;
  for (let t = 1; t < n; t++) {
    for (let earlier = 0; earlier < t && !equal.has(t); earlier++) {
      if (equal.has(earlier) || !isNear(gram, earlier, t)) continue;
      if (await sameNumbers(survey, survey.comparable, earlier, t)) equal.set(t, earlier);
    }
  }
  return equal;
};

export const isNear = ({ rows: n, data }: Matrix, a: number, b: number): boolean => {
  const [aa, bb, ab] = [data[a * n + a]!, data[b * n + b]!, data[a * n + b]!];
  // Equal rows have equal lengths, but for the order of additions; neighbours at the end of a run are merely near.
  return Math.abs(aa - bb) <= 1e-12 * (aa + bb) && Math.abs(aa + bb - 2 * ab) <= 1e-9 * (aa + bb);
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
