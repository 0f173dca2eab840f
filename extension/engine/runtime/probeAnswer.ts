import * as v from 'valibot';

/** What a probing child answers: which device works, and how long it takes for a product of two matrices. */
export const probeAnswerSchema = v.object({
  device: v.exactOptional(v.string()),
  /** The device is the processor itself, behind a graphics interface. */
  isSoftware: v.exactOptional(v.boolean()),
  /** Milliseconds of one product of two 512 × 512 matrices, the best of five at most. */
  productMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
});
export type ProbeAnswer = v.InferOutput<typeof probeAnswerSchema>;
