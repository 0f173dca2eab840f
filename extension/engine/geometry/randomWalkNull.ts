import type { Matrix } from '../linalg/matrix.js';
import { zeros } from '../linalg/matrix.js';
import { seededRandom } from '../ground/seededRandom.js';

/**
 * Lengths of the steps between neighbouring checkpoints from the Gram matrix of the rows θ_t − θ_0:
 * ‖θ_{t+1} − θ_t‖, T − 1 of them.
 */
export const stepLengths = (gram: Matrix): number[] => {
  const n = gram.rows;
  const at = (i: number, j: number): number => gram.data[i * n + j]!;
  return Array.from({ length: Math.max(0, n - 1) }, (_, t) =>
    Math.sqrt(Math.max(0, at(t, t) + at(t + 1, t + 1) - 2 * at(t, t + 1))),
  );
};

/**
 * One random walk in `dimensions` dimensions from the origin: step s has length `lengths[s]` and a
 * direction uniform on the sphere. No vector of that many dimensions is made: the inner products of independent
 * Gaussian vectors are a Wishart matrix, whose Cholesky factor has independent entries, χ on the diagonal and normal
 * below (Bartlett 1933); rows scaled to length 1 are exactly the directions' inner products. With fewer dimensions
 * than steps the factor has as many columns as there are dimensions.
 *
 * @returns T rows for T − 1 steps, the first one zero, with the walk's inner products and as many columns as it spans.
 */
export const randomWalk = (
  lengths: readonly number[],
  dimensions: number,
  ...seeds: readonly number[]
): Matrix => {
  const random = seededRandom(...seeds);
  const steps = lengths.length;
  const width = Math.min(steps, dimensions);
  const position = new Float64Array(width);
  const walk = zeros(steps + 1, width);
  const direction = new Float64Array(width);
  for (let step = 0; step < steps; step++) {
    direction.fill(0);
    const used = Math.min(step + 1, width);
    for (let i = 0; i < Math.min(step, width); i++) direction[i] = random.normal();
    if (step < width) direction[step] = Math.sqrt(random.chiSquared(dimensions - step));
    let squared = 0;
    for (let i = 0; i < used; i++) squared += direction[i]! * direction[i]!;
    const factor = squared > 0 ? lengths[step]! / Math.sqrt(squared) : 0;
    for (let i = 0; i < used; i++) position[i]! += factor * direction[i]!;
    walk.data.set(position, (step + 1) * width);
  }
  return walk;
};

/** T × T inner products of the rows of a {@link randomWalk}. */
export const randomWalkGram = (
  lengths: readonly number[],
  dimensions: number,
  ...seeds: readonly number[]
): Matrix => gramOfRows(randomWalk(lengths, dimensions, ...seeds));

/** T × T inner products of rows. */
export const gramOfRows = ({ rows, columns, data }: Matrix): Matrix => {
  const gram = zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += data[i * columns + k]! * data[j * columns + k]!;
      gram.data[i * rows + j] = sum;
      gram.data[j * rows + i] = sum;
    }
  }
  return gram;
};
