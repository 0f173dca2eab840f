import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

/** A tensor of the last checkpoint, or a named part (`Q`, `K`, `V`) of a fused one. */
export const tensorEntrySchema = v.object({
  name: v.string(),
  part: v.optional(v.string()),
  shape: numbers,
  dtype: v.string(),
  /** How values are computed if the file stores codes: "dequantised from Q4_K". */
  computed: v.optional(v.string()),
  /** Why a tensor that should have a spectrum has none: "packed by GPTQ, which is not decoded". */
  unmeasured: v.optional(v.string()),
  /** Absent if the values are not read. */
  sum: v.optional(finite),
  sumOfSquares: v.optional(finite),
  /** Group of the trajectory and the charts: `layer0.Q`, or the tensor's name. */
  group: v.optional(v.string()),
  /**
   * Role of a matrix inside a layer: `gate`, `Q`, `gate, expert 3`, or the part of its name after the layer.
   */
  place: v.optional(
    v.object({
      stack: v.string(),
      layer: count,
      kind: v.string(),
      /** The file's own words for a usual kind: `up_proj` of FF1. */
      own: v.optional(v.string()),
    }),
  ),
  /** Rows × columns as analysed; more than two dimensions are first axis × rest. Absent for vectors. */
  matrix: v.optional(v.object({ rows: count, columns: count, folded: v.optional(v.literal(true)) })),
});
export type TensorEntry = v.InferOutput<typeof tensorEntrySchema>;

export const tensors = section(tensorEntrySchema, (e) => `${e.name}|${e.part ?? ''}`);
