import type { ShardPlace } from '../../tensors/checkpoint.js';
import { documentedName } from './pythonNames.js';

/**
 * What a pickle can become here: plain data, tensors, and placeholders. Dictionaries are Maps, so that a key such
 * as `__proto__` is a key like any other; a list is an array; nothing is ever an instance of a class named by the file.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | Tuple
  | GlobalReference
  | Opaque
  | StorageReference
  | TensorReference
  | NumpyDtype
  | NumpyArray;

export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A function or class that the file names. It is a name here, and stays one. */
export class GlobalReference {
  /** As the file has it. */
  readonly path: string;
  /** As Python 3 documents it: `os.system` for `posix.system`, `builtins.set` for `__builtin__.set`. */
  readonly knownAs: string;

  constructor(
    readonly module: string,
    readonly name: string,
  ) {
    this.path = `${module}.${name}`;
    this.knownAs = documentedName(module, name);
  }
}

/** Placeholder for the object that Python would have built by calling `origin`. Nothing was called. */
export class Opaque {
  /** What `__setstate__` would have been given, or the instance's attributes. */
  state: PickleValue | undefined;
  /** Entries of a dictionary's subclass. */
  entries: Map<PickleValue, PickleValue> | undefined;

  constructor(readonly origin: string) {}
}

/** The bytes that tensors are views of, by their key in the file. */
export interface StorageReference {
  readonly kind: 'storage';
  readonly key: string;
  /** `bytes` for an untyped storage, whose tensors name the type themselves. */
  readonly dtype: string;
  /** Number of elements of `dtype`. */
  readonly elements: number;
  /** Elements from the start of the bytes under `key` (views in legacy files). */
  readonly start: number;
}

/** A view of a storage; sizes and strides are checked where the storage is met. */
export interface TensorReference {
  readonly kind: 'tensor';
  /** Absent for tensors without values: meta tensors, sparse layouts. */
  readonly storage: StorageReference | NumpyArray | undefined;
  readonly dtype: string;
  /** In elements of `dtype`. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** The view has the opposite sign of what is stored (`torch._neg_view`). */
  readonly negative?: boolean;
  readonly quantised?: QuantisedCodes;
  readonly sparse?: SparseReference;
  readonly shard?: ShardPlace;
  /** Why it has no values here, for those that are listed only. */
  readonly reason?: string;
}

/** The content of a sparse tensor: the name of its layout, its index lists, and its stored values. */
export interface SparseReference {
  readonly layout: string;
  readonly indices: readonly TensorReference[];
  readonly values: TensorReference;
}

/** How codes become numbers: (code − zero)·scale, for all or along an axis. */
export interface QuantisedCodes {
  readonly scales: number | TensorReference;
  readonly zeros: number | TensorReference;
  readonly axis?: number;
}

/** `numpy.dtype`, completed by its state (which holds the byte order). */
export class NumpyDtype {
  bigEndian = false;
  constructor(readonly code: string) {}
}

/** `numpy.ndarray`: empty until its state gives shape, type and bytes. */
export class NumpyArray {
  shape: readonly number[] = [];
  dtype: NumpyDtype | undefined;
  fortranOrder = false;
  bytes: Uint8Array = new Uint8Array(0);
}

export const isStorage = (value: PickleValue | undefined): value is StorageReference =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'storage';

export const isTensor = (value: PickleValue | undefined): value is TensorReference =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tensor';
