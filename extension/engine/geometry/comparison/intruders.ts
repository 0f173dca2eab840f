import { gemm } from '../../linalg/gemm.js';
import { transpose, type Matrix } from '../../linalg/matrix.js';

/**
 * The largest |cosine| of each of some left singular vectors with all of another matrix's (Shuttleworth et al. 2024,
 * "LoRA vs full fine-tuning: an illusion of equivalence", section 4): a leading vector far from all is an intruder.
 * @param vectors orthonormal columns, n × k. @param all orthonormal columns, n × r.
 */
export const largestCosines = async (vectors: Matrix, all: Matrix): Promise<number[]> => {
  const { rows: k, columns: r, data } = await gemm(transpose(vectors), all);
  return Array.from({ length: k }, (_, i) => {
    let largest = 0;
    for (let j = 0; j < r; j++) largest = Math.max(largest, Math.abs(data[i * r + j]!));
    return Math.min(1, largest);
  });
};

export const countBelow = (similarities: readonly number[], threshold: number): number =>
  similarities.filter((similarity) => similarity < threshold).length;
