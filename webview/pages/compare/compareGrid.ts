import { none } from '../../words/numbers.js';
import type { ComparisonEntry } from '../../../extension/contract/report.js';
import type { Grid, GridCell } from '../../parts/gridPicture.js';
import type { LayerPlaces } from '../../report/layerPlaces.js';
import type { MatrixInfo } from '../../report/matrices.js';
import { say } from '../../words/say.js';
import type { PairMeasure } from './measures.js';

/** One measure of a pair of models, kind of matrix × layer: which layers moved. */
export const compareGrid = (
  places: LayerPlaces,
  matrices: readonly MatrixInfo[],
  entryOf: (matrix: MatrixInfo) => ComparisonEntry | undefined,
  measure: PairMeasure,
): Grid => ({
  rows: places.kinds,
  columns: places.layers.map(String),
  columnTitle: say('grid.layer'),
  value: say(measure.title),
  cells: places.at.map((row) =>
    row.map((index) => {
      const matrix = index === undefined ? undefined : matrices[index];
      return matrix && cellOf(matrix, entryOf(matrix), measure);
    }),
  ),
});

const cellOf = (
  { label }: MatrixInfo,
  entry: ComparisonEntry | undefined,
  measure: PairMeasure,
): GridCell => {
  const value = entry && measure.value(entry);
  const byChance = entry && measure.null(entry);
  const state = entry === undefined ? say('grid.noNumber') : say(`compare.state.${entry.state}`);
  if (value === undefined)
    return { text: entry?.state === 'equal' ? '=' : none, says: `${label}: ${entry?.leftOut ?? state}` };
  return {
    value,
    text: measure.text(value),
    detail: byChance === undefined ? '' : `(${measure.text(byChance)})`,
    says: [
      `${label}: ${say(measure.title)} ${measure.text(value)}`,
      byChance === undefined
        ? say('compare.noNull')
        : say('compare.byChance', { value: measure.text(byChance) }),
    ].join('; '),
  };
};
