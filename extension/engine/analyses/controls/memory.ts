import { GeometryError } from '../../../contract/errors.js';

/**
 * What is held at once while a run is measured: first the weights of its checkpoints (float32), and when they are gone
 * vectors as long as the model (float64) or gradients. Numbers here are bytes.
 */
const mostForCheckpoints = 2 ** 30;
const mostForVectors = 2 ** 31;
/** The paper's companion keeps at most so many checkpoints, evenly; of the largest model they are 0.9 GB. */
const mostCheckpoints = 100;
/** Ten random directions, the change and its part in their span: as many as any control holds. */
const mostVectors = 12;

/**
 * Checkpoints of a model of so many parameters that are compared.
 * @throws GeometryError `too-large` where two of them, or what they are held against, do not fit into memory.
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

/** Whether so many vectors as long as the model fit beside each other, gradients and directions among them. */
export const gradientsFit = (parameters: number, float32: number, float64: number): boolean =>
  (4 * float32 + 8 * float64) * parameters <= mostForVectors;

/** `count` of the indices 0 … n − 1, evenly, the first and the last with them. */
export const keptEvenly = (n: number, count: number): number[] =>
  n <= count
    ? Array.from({ length: n }, (_, i) => i)
    : Array.from({ length: count }, (_, i) => Math.round((i * (n - 1)) / (count - 1)));
