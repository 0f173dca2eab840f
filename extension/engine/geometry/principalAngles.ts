import { gemm } from '../linalg/gemm.js';
import type { Matrix } from '../linalg/matrix.js';
import { transpose } from '../linalg/matrix.js';
import { singularValues } from '../linalg/singularValues.js';

/**
 * Principal angles in radians, ascending, between the spans of two n × k matrices with orthonormal columns
 * (Björck and Golub 1973): cosines are the singular values of AᵀB. Small angles are taken from their sines, the
 * singular values of B − A·AᵀB, as a cosine near 1 says nothing about them.
 */
export const principalAngles = async (a: Matrix, b: Matrix): Promise<number[]> => {
  const overlap = await gemm(transpose(a), b);
  const cosines = (await singularValues(overlap)).values;
  const projected = await gemm(a, overlap);
  const rest: Matrix = { ...b, data: b.data.map((value, i) => value - projected.data[i]!) };
  const sines = (await singularValues(rest)).values;
  const k = Math.min(a.columns, b.columns);
  return Array.from({ length: k }, (_, i) => {
    const cosine = Math.min(1, cosines[i]!);
    const sine = Math.min(1, sines[k - 1 - i] ?? 0);
    return cosine * cosine > 0.5 ? Math.asin(sine) : Math.acos(cosine);
  });
};

/** Radians between two random k-dimensional subspaces of n dimensions: arccos √(k/n), as the mean of cos² is k/n. */
export const randomAngle = (k: number, dimensions: number): number =>
  Math.acos(Math.sqrt(Math.min(1, k / dimensions)));
