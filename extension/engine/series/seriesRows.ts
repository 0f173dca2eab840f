import { requireFit } from '../evaluation/weightRow.js';
import type { Parameter } from '../models/parameters.js';
import type { Survey } from './survey.js';

/** The checkpoints of a described model as rows of weights in float64, read one at a time. */
export interface SeriesRows {
  readonly count: number;
  readonly steps: readonly number[];
  /**
   * All weights of checkpoint `index`, in the model's order.
   * @throws errors of reading.
   */
  readonly row: (index: number) => Promise<Float64Array>;
}

/** @throws GeometryError `invalid-descriptor` if the checkpoints lack the model's parameters. */
export const seriesRows = (survey: Survey, parameters: readonly Parameter[]): SeriesRows => {
  requireFit(parameters, survey.comparable);
  const count = parameters.reduce((sum, { elements }) => sum + elements, 0);
  return {
    count,
    steps: survey.checkpoints.map(({ step }) => step),
    row: async (index) => {
      const checkpoint = await survey.pool.get(index);
      const row = new Float64Array(count);
      for (const { name, offset, elements } of parameters) {
        row.set(await checkpoint.read(name, 0, elements), offset);
      }
      return row;
    },
  };
};
