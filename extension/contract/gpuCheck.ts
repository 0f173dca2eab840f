import * as v from 'valibot';
import type { CallSchemas } from './boundary.js';
import type { Reply } from './calls.js';

/** What `gpu --check` measures of one provider, each call in a process of its own. */
const number = v.pipe(v.number(), v.finite());
const providerSchema = v.picklist(['cpu', 'webgpu', 'cuda']);
export type CheckedProvider = v.InferOutput<typeof providerSchema>;

/** Largest absolute differences from PyTorch's float32 on a CPU. */
const paritySchema = v.object({ logits: number, gradient: number, losses: number, weights: number });
export type ParityOfProvider = v.InferOutput<typeof paritySchema>;

const paceSchema = v.object({
  /** Steps per second, summed over all replicas. */
  stepsPerSecond: number,
  /** The largest resident memory of the process, in bytes. */
  memoryBytes: number,
});
export type Pace = v.InferOutput<typeof paceSchema>;

const evaluationSchema = v.object({
  /**
   * Loss over all training and test pairs at the same initial weights: equal on all providers up
   * to rounding.
   */
  testLoss: number,
  milliseconds: number,
});
export type EvaluationPace = v.InferOutput<typeof evaluationSchema>;

const limitsSchema = v.optional(v.object({ storageBuffers: number, bindingBytes: number }));

export interface CheckCalls {
  parity(provider: CheckedProvider): Promise<Reply<ParityOfProvider>>;
  /** The papers' encoder, batch 512, `replicas` of it in one graph. */
  pace(provider: CheckedProvider, replicas: number): Promise<Reply<Pace>>;
  evaluation(provider: CheckedProvider): Promise<Reply<EvaluationPace>>;
  /** Of the WebGPU adapter; undefined if they could not be read. */
  limits(): Promise<Reply<v.InferOutput<typeof limitsSchema>>>;
}

export const checkSchemas: CallSchemas<CheckCalls> = {
  parity: { args: v.tuple([providerSchema]), value: paritySchema },
  pace: {
    args: v.tuple([providerSchema, v.pipe(v.number(), v.integer(), v.minValue(1))]),
    value: paceSchema,
  },
  evaluation: { args: v.tuple([providerSchema]), value: evaluationSchema },
  limits: { args: v.tuple([]), value: limitsSchema },
};
