import type { Warning } from '../../../contract/report.js';
import type { ByteSource } from '../bytes/byteSource.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';

/** Element types as a report names them. GGUF's quantised types keep their own names (`Q8_0`). */
export const numericDtypes = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'float8_e4m3fn',
  'float8_e5m2',
  'float8_e4m3fnuz',
  'float8_e5m2fnuz',
  'float8_e8m0fnu',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
] as const;
export type NumericDtype = (typeof numericDtypes)[number];

/** A rank's part of a distributed tensor. */
export interface ShardPlace {
  /** Of the whole tensor. */
  readonly shape: readonly number[];
  /** How each dimension of the mesh of ranks places it, in words: "Replicate, Shard(dim=0)". */
  readonly placements: string;
  /** The rank's place in the mesh, where the file states it. */
  readonly coordinate?: readonly number[];
}

export interface TensorInfo {
  readonly name: string;
  /** Row-major. */
  readonly shape: readonly number[];
  /** A {@link NumericDtype}, or a format's own name for a type whose values are not readable. */
  readonly dtype: string;
  /** Number of numbers: the product of `shape`, 1 for a scalar; twice as many of complex ones. */
  readonly elements: number;
  /** Each element is two numbers, the real and the imaginary part. */
  readonly complex?: true;
  /** Whether {@link Checkpoint.read} can give its values. */
  readonly readable: boolean;
  /** How values are computed from codes, where the file stores codes: "dequantised from Q4_K". */
  readonly computed?: string;
  /** Its values are to be added to a base model's: an adapter's (α/r)·B·A. */
  readonly isUpdate?: true;
  /** Its values are a product of two factors with this many columns and rows between them: {@link Checkpoint.factors}. */
  readonly rank?: number;
  /** Why it is not measured, where its values are no weights or are not readable. */
  readonly unmeasured?: Unmeasured;
  readonly shard?: ShardPlace;
}

export interface Unmeasured {
  /** After the name and a colon: "packed by GPTQ", "scales of layers.0.q_proj.weight". */
  readonly reason: string;
  /** Its values are used in another tensor's, so that nothing is missing without it. */
  readonly isUsed: boolean;
  /** Its values can be read all the same: it is measured where it is chosen by name, or where nothing else could be. */
  readonly onRequest?: true;
}

/** What readers add to a listed tensor. */
export const unread = (reason: string): Unmeasured => ({ reason, isUsed: false });

/** One checkpoint of a run that is a single file. */
export interface RunState {
  readonly step?: number;
  readonly open: () => Promise<Checkpoint>;
}

/** A matrix as left · right, each row-major. */
export interface LowRankFactors {
  /** Rows × rank. */
  readonly left: Float64Array;
  /** Rank × columns. */
  readonly right: Float64Array;
}

/** Where the numbers of a tensor lie one after the other, little-endian. */
export interface DensePlace {
  readonly dtype: NumericDtype;
  /** Of the source's bytes. */
  readonly offset: number;
  readonly source: ByteSource;
}

/** One opened checkpoint, whatever its format and however many shards. */
export interface Checkpoint {
  /** For example `safetensors`, `pytorch-zip`. */
  readonly format: string;
  readonly files: readonly FileIdentity[];
  readonly tensors: readonly TensorInfo[];
  readonly warnings: readonly Warning[];
  /** Step or epoch, where the file itself says so (Lightning's `global_step`, Trainer state). */
  readonly step?: number;
  /** The checkpoints of a whole run, where the file holds one; `tensors` are then those of its model. */
  readonly run?: readonly RunState[];
  /**
   * Elements [start, start + length) of a tensor in row-major order, as float64. `into` (at least `length` long) is
   * filled and returned where given, so that long reads allocate nothing.
   */
  read(tensor: string, start: number, length: number, into?: Float64Array): Promise<Float64Array>;
  /** Where the values of a tensor lie as they are, for threads that read them; undefined where they lie otherwise. */
  place?(tensor: string): DensePlace | undefined;
  /** The factors of a tensor that has a `rank`. */
  factors?(tensor: string): Promise<LowRankFactors>;
  close(): Promise<void>;
}
