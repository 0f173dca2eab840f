import { GeometryError } from '../../../contract/errors.js';
import type { Warning } from '../../../contract/report.js';
import { readInto, type ByteSource } from '../bytes/byteSource.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';
import type { Checkpoint, DensePlace, LowRankFactors, NumericDtype, TensorInfo } from './checkpoint.js';
import { bytesPerElement, decodeElements } from './dtypes.js';
import { quote } from '../bytes/fileErrors.js';

/** One tensor and the way to its values: what a format's reader makes of its header. */
export interface StoredTensor extends TensorInfo {
  /**
   * Row-major elements [start, start + length) as float64 into `into[0…]`; the range is inside the tensor.
   * Called only where `readable`.
   */
  readElements(start: number, length: number, into: Float64Array): Promise<void>;
  /** Of a tensor with a `rank`. */
  factors?(): Promise<LowRankFactors>;
}

/** Large enough to hide the cost of a system call, small enough to stay in the processor's cache. */
export const PIECE_BYTES = 1 << 20;

const idlePieces: ArrayBuffer[] = [];
const takePiece = (): Uint8Array => new Uint8Array(idlePieces.pop() ?? new ArrayBuffer(PIECE_BYTES));
const returnPiece = (piece: Uint8Array): void => {
  if (idlePieces.length < 4) idlePieces.push(piece.buffer as ArrayBuffer);
};

/**
 * Decodes `length` consecutive elements that begin at byte `offset`: the next piece is read while the last one
 * is converted, through buffers that are used again.
 */
export const readDense = async (
  source: ByteSource,
  offset: number,
  dtype: NumericDtype,
  length: number,
  into: Float64Array,
  bigEndian = false,
): Promise<void> => {
  const width = bytesPerElement(dtype);
  const perPiece = PIECE_BYTES / width;
  const buffers = length > perPiece ? [takePiece(), takePiece()] : [takePiece()];
  const fetch = (from: number): Promise<Uint8Array> => {
    const count = Math.min(perPiece, length - from);
    const piece = buffers[(from / perPiece) % 2]!.subarray(0, count * width);
    return readInto(source, offset + from * width, piece).then(() => piece);
  };
  let next = length > 0 ? fetch(0) : undefined;
  for (let from = 0; next !== undefined; from += perPiece) {
    const piece: Uint8Array = await next;
    next = from + perPiece < length ? fetch(from + perPiece) : undefined;
    // A failure is met by the next turn's await; until then it must not count as unhandled.
    next?.catch(() => undefined);
    decodeElements(dtype, piece, into, from, bigEndian);
  }
  // Buffers of a failed read are left to the collector: the system may still be writing into them.
  buffers.forEach(returnPiece);
};

/**
 * Where functions that read dense tensors find the values. Known by the function: a copy of the tensor that reads otherwise
 * has no place.
 */
const places = new WeakMap<StoredTensor['readElements'], () => DensePlace | undefined>();

/** `read` as the way to values that lie where `place` says. */
const placedRead = (
  read: StoredTensor['readElements'],
  place: () => DensePlace | undefined,
): StoredTensor['readElements'] => {
  places.set(read, place);
  return read;
};

/** The way to the values of a tensor of another checkpoint, wherever it finds them. */
export const readFrom = (checkpoint: Checkpoint, name: string): StoredTensor['readElements'] =>
  placedRead(
    async (start, length, into) => {
      await checkpoint.read(name, start, length, into);
    },
    () => checkpoint.place?.(name),
  );

const placeOf = (tensor: StoredTensor): DensePlace | undefined => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is not called
  const place = tensor instanceof DenseTensor ? tensor.place() : places.get(tensor.readElements)?.();
  if (place === undefined) return undefined;
  const { source, offset, dtype } = place;
  return offset + tensor.elements * bytesPerElement(dtype) <= source.size ? place : undefined;
};

/** A tensor whose elements lie one after the other from byte `offset` of `source`. */
export const denseTensor = (
  info: TensorInfo,
  source: ByteSource,
  offset: number,
  dtype: NumericDtype,
  bigEndian = false,
): StoredTensor => {
  const width = bytesPerElement(dtype);
  return {
    ...info,
    readElements: placedRead(
      (start, length, into) => readDense(source, offset + start * width, dtype, length, into, bigEndian),
      () => (bigEndian ? undefined : { dtype, offset, source }),
    ),
  };
};

/**
 * A {@link denseTensor} of little-endian numbers in a third of the memory: a file may hold a million. A class, and not
 * an object with a function of its own, so a copy of its properties cannot be read.
 */
export class DenseTensor implements StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly readable = true;
  readonly #source: ByteSource;
  readonly #offset: number;

  constructor(
    { name, shape, elements }: Pick<TensorInfo, 'name' | 'shape' | 'elements'>,
    source: ByteSource,
    offset: number,
    readonly dtype: NumericDtype,
  ) {
    this.name = name;
    this.shape = shape;
    this.elements = elements;
    this.#source = source;
    this.#offset = offset;
  }

  place(): DensePlace {
    return { dtype: this.dtype, offset: this.#offset, source: this.#source };
  }

  readElements(start: number, length: number, into: Float64Array): Promise<void> {
    const offset = this.#offset + start * bytesPerElement(this.dtype);
    return readDense(this.#source, offset, this.dtype, length, into);
  }
}

/** A tensor that can be listed but not read, for example a quantised one. */
export const opaqueTensor = (info: TensorInfo): StoredTensor => ({
  ...info,
  readElements: () => Promise.reject(unreadable(info)),
});

const unreadable = (info: TensorInfo): GeometryError =>
  new GeometryError(
    'unsupported-format',
    `The values of tensor ${quote(info.name)} cannot be read: its type is ${info.dtype}.`,
  );

const checkRange = (tensor: TensorInfo, start: number, length: number): void => {
  const isCount = Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length >= 0;
  if (isCount && start + length <= tensor.elements) return;
  throw new GeometryError(
    'invalid-argument',
    `Elements ${start} to ${start + length} of tensor ${quote(tensor.name)} were asked for; it has ${tensor.elements}.`,
  );
};

/** What a tensor's header says, without the way to its values. */
export const tensorInfoOf = ({
  name,
  shape,
  dtype,
  elements,
  readable,
  ...more
}: TensorInfo): TensorInfo => ({
  ...{ name, shape, dtype, elements, readable },
  ...(more.complex === undefined ? {} : { complex: more.complex }),
  ...(more.computed === undefined ? {} : { computed: more.computed }),
  ...(more.isUpdate === true ? { isUpdate: true as const } : {}),
  ...(more.rank === undefined ? {} : { rank: more.rank }),
  ...(more.unmeasured === undefined ? {} : { unmeasured: more.unmeasured }),
  ...(more.shard === undefined ? {} : { shard: more.shard }),
});

/** A {@link Checkpoint} over stored tensors with distinct names; closing it closes `sources`. */
export const checkpointOf = (parts: {
  readonly format: string;
  readonly files: readonly FileIdentity[];
  readonly tensors: readonly StoredTensor[];
  readonly warnings?: readonly Warning[];
  readonly step?: number | undefined;
  readonly sources: readonly { close(): Promise<void> }[];
}): Checkpoint => {
  // A checkpoint that is only listed needs no index.
  let byName: ReadonlyMap<string, StoredTensor> | undefined;
  const tensorNamed = (name: string): StoredTensor | undefined =>
    (byName ??= new Map(parts.tensors.map((tensor) => [tensor.name, tensor]))).get(name);
  return {
    format: parts.format,
    files: parts.files,
    // A dense tensor shows no more than that, and there may be a million of them.
    tensors: parts.tensors.map((tensor) => (tensor instanceof DenseTensor ? tensor : tensorInfoOf(tensor))),
    warnings: parts.warnings ?? [],
    ...(parts.step === undefined ? {} : { step: parts.step }),
    async read(name, start, length, into) {
      const tensor = tensorNamed(name);
      if (tensor === undefined) {
        throw new GeometryError('invalid-argument', `There is no tensor ${quote(name)} in this checkpoint.`);
      }
      checkRange(tensor, start, length);
      if (!tensor.readable) throw unreadable(tensor);
      const target = into ?? new Float64Array(length);
      if (target.length < length) {
        throw new GeometryError('invalid-argument', `${length} elements do not fit into ${target.length}.`);
      }
      await tensor.readElements(start, length, target);
      return target;
    },
    place: (name) => {
      const tensor = tensorNamed(name);
      return tensor && placeOf(tensor);
    },
    factors: async (name) => {
      const factors = await tensorNamed(name)?.factors?.();
      if (factors !== undefined) return factors;
      throw new GeometryError('invalid-argument', `${quote(name)} is no product of factors.`);
    },
    close: () => closeAll(parts.sources),
  };
};

/** Closes every one, then throws the first failure. */
export const closeAll = async (sources: readonly { close(): Promise<void> }[]): Promise<void> => {
  const results = await Promise.allSettled(sources.map((source) => source.close()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/**
 * Opens a source and makes something of it; on failure the source is closed, and a file that changed meanwhile
 * is the reason given, since that explains whatever else went wrong.
 */
export const withSource = async <Source extends ByteSource, Result>(
  source: Source,
  use: (source: Source) => Promise<Result>,
): Promise<Result> => {
  try {
    return await use(source);
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
};
