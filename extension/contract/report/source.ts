import * as v from 'valibot';
import { descriptorSchema, taskNames } from '../descriptor.js';
import { count, finite } from './numbers.js';

/** A model unknown to the product, run in its own file. */
export const onnxEvaluationSchema = v.object({
  /** ONNX file whose initialisers have the names of the checkpoints' tensors. */
  model: v.string(),
  /** `.npz` file with the model's inputs by name and the correct classes under `labels`. */
  data: v.string(),
});
export type OnnxEvaluation = v.InferOutput<typeof onnxEvaluationSchema>;

export const sourceSchema = v.object({
  path: v.string(),
  name: v.string(),
  kind: v.picklist(['series', 'checkpoint']),
  /** Number of parameters (elements of readable tensors) of the last checkpoint. */
  parameters: v.optional(count),
  descriptor: v.optional(
    v.object({
      value: descriptorSchema,
      /** Its origin: an option, a file beside the checkpoints, or the run's own `run.json`. */
      origin: v.picklist(['option', 'file', 'run']),
      path: v.optional(v.string()),
    }),
  ),
  /** The user's own model, which replaces a descriptor for accuracies. */
  evaluation: v.optional(onnxEvaluationSchema),
  /** Inferred from parameter names and shapes. The user confirms heads and read-out. */
  proposal: v.optional(v.string()),
  /** What the weights show of a model known to the trainer. No tasks if a single head has no task's name. */
  proposed: v.optional(
    v.object({
      kind: v.picklist(['encoder', 'scale-invariant']),
      prime: count,
      d: count,
      layers: count,
      dFf: count,
      tasks: v.array(v.picklist(taskNames)),
    }),
  ),
  /** First step with test accuracy ≥ 0.9, if the run's own metrics record one. */
  grokStep: v.optional(finite),
  /** Other series under the same path, not inspected; `path` inspects one alone. */
  otherSeries: v.optional(v.array(v.object({ name: v.string(), path: v.string() }))),
  /** Tensors of the last checkpoint that may be weights but are not measured, and their types. */
  notRead: v.optional(v.object({ count, of: count, types: v.array(v.string()) })),
});
export type ReportSource = v.InferOutput<typeof sourceSchema>;
