import * as v from 'valibot';
import { section } from './section.js';

/** An analysis requested by its name in the table of analyses, with its settings. */
export const analysisRequestSchema = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  settings: v.exactOptional(v.record(v.string(), v.unknown())),
});
export type AnalysisRequest = v.InferOutput<typeof analysisRequestSchema>;

/** Complete analyses: their results are not computed again for these files and settings. */
export const analyses = section(analysisRequestSchema, (e) => e.id);
