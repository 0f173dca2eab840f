import type { TensorInfo } from '../tensors/checkpoint.js';

/** Tensors of a checkpoint by name. */
export type NamedTensors = ReadonlyMap<string, TensorInfo>;

/** How a tensor's values are computed from the checkpoint's own. */
export interface ComputedTensor {
  readonly info: TensorInfo;
  readonly readElements: (start: number, length: number, into: Float64Array) => Promise<void>;
}

/** Elements of another tensor of the checkpoint. */
export type ReadTensor = (
  name: string,
  start: number,
  length: number,
  into?: Float64Array,
) => Promise<Float64Array>;

/** What a packing says of one tensor, or does to it. */
export interface Finding {
  readonly tensor: string;
  /** Not measured: why, and whether its values are used in another tensor's. */
  readonly unmeasured?: { readonly reason: string; readonly isUsed: boolean };
  readonly computed?: (read: ReadTensor) => ComputedTensor;
}

/** One way to store weights as codes. */
export interface Packing {
  readonly name: string;
  /** `claimed` holds the tensors that an earlier packing has spoken of. */
  readonly find: (tensors: NamedTensors, claimed: ReadonlySet<string>, config: PackingConfig) => Finding[];
}

/** What a `config.json` beside the weights says of their packing. */
export interface PackingConfig {
  /** For example `gptq`, `awq`, `fp8`. */
  readonly method?: string;
  /** Rows and columns that share a scale. */
  readonly blockSize?: readonly number[];
}

export const isUsedIn = (tensor: string): { readonly reason: string; readonly isUsed: boolean } => ({
  reason: `used in the values of ${tensor}`,
  isUsed: true,
});
