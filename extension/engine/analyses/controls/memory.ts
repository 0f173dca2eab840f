import { GeometryError } from '../../../contract/errors.js';

/**
 * Peak memory of measuring a run, in bytes: first the weights of its checkpoints (float32), then, after their
 * release, vectors of the model's size (float64) or gradients.
 */
const mostForCheckpoints = 2 ** 30;
const mostForVectors = 2 ** 31;
/**
 * The paper's companion code keeps at most this many checkpoints, evenly spaced; for the largest model they
 * take 0.9 GB.
 */
const mostCheckpoints = 100;
/** Ten random directions, the change and its projection: the maximum of any control. */
const mostVectors = 12;

/**
 * Number of checkpoints compared for a model of this size.
 * @throws GeometryError `too-large` if two of them, or their nulls, do not fit in memory.
 */
export const fittingCheckpoints = (parameters: number): number => {
  const fitting = Math.floor(mostForCheckpoints / (4 * parameters));
  if (fitting >= 2 && mostVectors * 8 * parameters <= mostForVectors) {
    return Math.min(mostCheckpoints, fitting);
  }
  throw new GeometryError(
    'too-large',
    `The checkpoints do not fit into memory together: a model of ${parameters} parameters is too large to be measured.`,
  );
};

/** Whether this many vectors of the model's size fit in memory. */
export const gradientsFit = (parameters: number, float32: number, float64: number): boolean =>
  (4 * float32 + 8 * float64) * parameters <= mostForVectors;

/** `count` of the indices 0 … n − 1, evenly spaced, including both ends. */
export const keptEvenly = (n: number, count: number): number[] =>
  n <= count
    ? Array.from({ length: n }, (_, i) => i)
    : Array.from({ length: count }, (_, i) => Math.round((i * (n - 1)) / (count - 1)));
