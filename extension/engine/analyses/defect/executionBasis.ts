import { attentionPlaces } from '../../geometry/attentionPlaces.js';
import { placedSpan, type PlacedDirection, type Span } from '../../geometry/curvature/spans.js';
import { addInto } from '../../geometry/reconstruction/vectors.js';
import { trajectoryPca } from '../../geometry/trajectory.js';
import type { Parameter } from '../../models/parameters.js';
import type { SeriesRows } from '../../series/seriesRows.js';
import type { KeptGram } from '../trajectory/groupGrams.js';

/** Components of each attention matrix's trajectory (2602.16746 §3.3). */
const componentsOfEach = 2;

/**
 * The execution basis: the leading components of the centred trajectory of each attention matrix of each layer, placed in
 * the row of all parameters. They are orthonormal as they are: those of one matrix are its singular vectors, and matrices
 * do not overlap. Undefined where a matrix has no trajectory, or its Gram matrix was not kept.
 */
export const executionBasis = async (
  rows: SeriesRows,
  parameters: readonly Parameter[],
  grams: readonly KeptGram[],
): Promise<Span | undefined> => {
  const mixtures: { readonly direction: PlacedDirection; readonly coefficients: readonly number[] }[] = [];
  for (const { group, offset, length } of attentionPlaces(parameters)) {
    const found = grams.find((gram) => gram.group === group);
    if (found === undefined || !found.gram.data.every(Number.isFinite)) return undefined;
    const { directions } = await trajectoryPca(found.gram, true, found.parameters);
    if (directions.length < componentsOfEach) return undefined;
    for (const coefficients of directions.slice(0, componentsOfEach)) {
      mixtures.push({ direction: { offset, vector: new Float64Array(length) }, coefficients });
    }
  }
  if (mixtures.length === 0) return undefined;
  // Coefficients of a centred component add up to zero, so that θ_t may stand for θ_t − θ_0.
  const first = await rows.row(0);
  for (let t = 1; t < rows.steps.length; t++) {
    const row = await rows.row(t);
    for (let i = 0; i < row.length; i++) row[i]! -= first[i]!;
    for (const { direction, coefficients } of mixtures) {
      const { offset, vector } = direction;
      addInto(vector, coefficients[t]!, row.subarray(offset, offset + vector.length));
    }
  }
  return placedSpan(mixtures.map(({ direction }) => direction));
};
