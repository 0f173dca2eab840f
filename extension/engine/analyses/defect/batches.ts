import * as v from 'valibot';

const place = v.pipe(v.number(), v.integer(), v.minValue(0));
const places = v.pipe(v.array(place), v.minLength(1));

/**
 * The file of `--batches`: pairs of lists of indices into the split's training pairs; other content is ignored.
 */
export const batchesFileSchema = v.object({
  /** Size of the SGD steps. */
  eta: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  batches: v.pipe(v.array(v.tuple([places, places])), v.minLength(1)),
  /** Checkpoints to measure at; default: all. */
  defectSteps: v.optional(v.array(v.number())),
});
