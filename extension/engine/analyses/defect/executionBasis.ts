import { attentionPlaces } from '../../geometry/attentionPlaces.js';
import { executionDirections } from '../../geometry/curvature/executionBasis.js';
import { placedSpan, type Span } from '../../geometry/curvature/spans.js';
import type { Parameter } from '../../models/parameters.js';
import type { SeriesRows } from '../../series/seriesRows.js';
import type { KeptGram } from '../trajectory/groupGrams.js';

/** Components of each attention matrix's trajectory (2602.16746 §3.3). */
const componentsOfEach = 2;

/**
 * The execution basis of a series. Undefined if a matrix has no trajectory, or its Gram matrix was not kept.
 */
export const executionBasis = async (
  rows: SeriesRows,
  parameters: readonly Parameter[],
  grams: readonly KeptGram[],
): Promise<Span | undefined> => {
  const directions = await executionDirections(
    attentionPlaces(parameters),
    (group) => grams.find((gram) => gram.group === group),
    rows.steps.length,
    (t) => rows.row(t),
    componentsOfEach,
  );
  return directions && placedSpan(directions);
};
