import type { Matrix } from '../../linalg/matrix.js';
import type { MatrixPlace } from '../attentionPlaces.js';
import { addInto } from '../reconstruction/vectors.js';
import { trajectoryPca } from '../trajectory.js';
import type { PlacedDirection } from './spans.js';

/** Inner products of a matrix's rows W_t − W_0, T × T, in so many parameters. */
export interface PathGram {
  readonly gram: Matrix;
  readonly parameters: number;
}

/**
 * The execution basis (2602.16746 §3.3): the leading components of the centred path of each attention matrix, placed in the
 * row of all parameters. They are orthonormal as they are: those of one matrix are its singular vectors, and matrices do not
 * overlap. Undefined where a matrix has no path, or fewer components.
 *
 * @param row θ_t in all parameters; asked for in order, each once.
 */
export const executionDirections = async (
  places: readonly MatrixPlace[],
  gramOf: (group: string) => PathGram | undefined,
  checkpoints: number,
  row: (t: number) => Promise<Float32Array | Float64Array>,
  componentsOfEach: number,
): Promise<PlacedDirection[] | undefined> => {
  const mixtures: { readonly direction: PlacedDirection; readonly coefficients: readonly number[] }[] = [];
  for (const { group, offset, length } of places) {
    const found = gramOf(group);
    if (found === undefined || !found.gram.data.every(Number.isFinite)) return undefined;
    const { directions } = await trajectoryPca(found.gram, true, found.parameters);
    if (directions.length < componentsOfEach) return undefined;
    for (const coefficients of directions.slice(0, componentsOfEach)) {
      mixtures.push({ direction: { offset, vector: new Float64Array(length) }, coefficients });
    }
  }
  if (mixtures.length === 0) return undefined;
  // Coefficients of a centred component add up to zero, so that θ_t may stand for θ_t − θ_0.
  const first = Float64Array.from(await row(0));
  for (let t = 1; t < checkpoints; t++) {
    const change = Float64Array.from(await row(t));
    for (let i = 0; i < change.length; i++) change[i]! -= first[i]!;
    for (const { direction, coefficients } of mixtures) {
      const { offset, vector } = direction;
      addInto(vector, coefficients[t]!, change.subarray(offset, offset + vector.length));
    }
  }
  return mixtures.map(({ direction }) => direction);
};
