import * as v from 'valibot';
import {
  gapDeclineEntrySchema,
  modeEntrySchema,
  modeNullsEntrySchema,
  modeRidgeEntrySchema,
  updateSpectrumEntrySchema,
} from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import { edge } from '../../analyses/edge/row.js';
import { modes } from '../../analyses/modes/row.js';
import { attentionGroup } from '../../analyses/trajectory/groupGrams.js';
import { measuredSeries } from '../measuredSeries.js';
import type { MeasureOptions } from '../paper.js';

/** The measurements of one run: the lists of a report, of the attention weights alone. */
export const measuredSchema = v.object({
  updateSpectra: v.array(updateSpectrumEntrySchema),
  gapDeclines: v.array(gapDeclineEntrySchema),
  modes: v.array(modeEntrySchema),
  modeNulls: v.array(modeNullsEntrySchema),
  modeRidge: v.array(modeRidgeEntrySchema),
});
export type Measured06256 = v.InferOutput<typeof measuredSchema>;

export const measure = async (
  folder: string,
  run: RunFile,
  options: MeasureOptions,
): Promise<Measured06256> => {
  const report = await measuredSeries(folder, run, [{ analysis: edge }, { analysis: modes }], options);
  const isAttention = ({ group }: { readonly group: string }): boolean => group === attentionGroup;
  return {
    updateSpectra: report.updateSpectra.filter(isAttention),
    gapDeclines: report.gapDeclines.filter(isAttention),
    modes: report.modes,
    modeNulls: report.modeNulls,
    modeRidge: report.modeRidge,
  };
};
