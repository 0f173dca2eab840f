import * as v from 'valibot';
import { descriptorSchema, taskNames } from '../descriptor.js';
import { count, finite } from './numbers.js';

/** A model that the product does not know, run in its own file. */
export const onnxEvaluationSchema = v.object({
  /** ONNX file whose initialisers are named like the checkpoints' tensors. */
  model: v.string(),
  /** `.npz` file with the model's inputs under their names and the right classes under `labels`. */
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
      /** Where it came from: given by option, found beside the checkpoints, or in the run's own `run.json`. */
      origin: v.picklist(['option', 'file', 'run']),
      path: v.optional(v.string()),
    }),
  ),
  /** The user's own model that accuracies come from, instead of a descriptor. */
  evaluation: v.optional(onnxEvaluationSchema),
  /** What parameter names and shapes suggest; heads and read-out are the user's to confirm. */
  proposal: v.optional(v.string()),
  /** What weights show of a model that the trainer knows; no tasks where one head bears no task's name. */
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
  /** First step with test accuracy ≥ 0.9, where the run's own metrics say so. */
  grokStep: v.optional(finite),
  /** Other series found under the same path, not inspected here; `path` inspects one alone. */
  otherSeries: v.optional(v.array(v.object({ name: v.string(), path: v.string() }))),
  /** Tensors of the last checkpoint that are not measured though they may be weights, and their types. */
  notRead: v.optional(v.object({ count, of: count, types: v.array(v.string()) })),
});
export type ReportSource = v.InferOutput<typeof sourceSchema>;
