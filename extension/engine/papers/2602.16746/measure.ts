import * as v from 'valibot';
import {
  accuracyEntrySchema,
  defectEntrySchema,
  matrixGapsEntrySchema,
  onsetEntrySchema,
  pathShareEntrySchema,
} from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import { defect } from '../../analyses/defect/row.js';
import { measuredSeries } from '../measuredSeries.js';
import type { MeasureOptions } from '../paper.js';

/** The measurements of one run: the lists of a report, and PC1 of the whole trajectory. */
export const measuredSchema = v.object({
  defects: v.array(defectEntrySchema),
  onsets: v.array(onsetEntrySchema),
  accuracies: v.array(accuracyEntrySchema),
  pathShares: v.array(pathShareEntrySchema),
  matrixGaps: v.array(matrixGapsEntrySchema),
});
export type Measured16746 = v.InferOutput<typeof measuredSchema>;

/** Checkpoints are 100 steps apart; the rule's published measurements use 200, with the same onset. */
const everySecond = 2;

export const measure = async (
  folder: string,
  run: RunFile,
  options: MeasureOptions,
): Promise<Measured16746> => {
  // For a run with interventions only the grok step counts, which its own record has.
  if ((run.config.interventions ?? []).length > 0) {
    return { defects: [], onsets: [], accuracies: [], pathShares: [], matrixGaps: [] };
  }
  const settings = { every: everySecond, precision: 'both' };
  const report = await measuredSeries(folder, run, [{ analysis: defect, settings }], options);
  const { defects, onsets, accuracies, pathShares, matrixGaps } = report;
  const last = Math.max(...pathShares.map(({ lastStep }) => lastStep));
  return {
    ...{ defects, onsets, accuracies, matrixGaps },
    pathShares: pathShares.filter(({ lastStep }) => lastStep === last),
  };
};
