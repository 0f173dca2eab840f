import * as v from 'valibot';
import { count, numbers } from './numbers.js';
import { section } from './section.js';

/**
 * A curve of the user's own metrics, as the training program recorded it. Nothing is computed from
 * it.
 */
export const curveEntrySchema = v.object({
  name: v.string(),
  /** The file that holds it, and its format: `tensorboard`, `trainer-state`, … */
  path: v.string(),
  format: v.string(),
  /** Points in the file. A longer curve is thinned to the minimum and maximum of equal segments. */
  points: count,
  steps: numbers,
  values: numbers,
});
export type CurveEntry = v.InferOutput<typeof curveEntrySchema>;

export const curves = section(curveEntrySchema, (e) => `${e.path}|${e.name}`);
