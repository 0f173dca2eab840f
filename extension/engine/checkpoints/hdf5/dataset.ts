import { inflate } from 'node:zlib';
import { promisify } from 'node:util';
import type { NumericDtype } from '../tensors/checkpoint.js';
import { quote } from '../bytes/fileErrors.js';
import { bytesPerElement, decodeElements } from '../tensors/dtypes.js';
import { denseTensor, opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';
import { unread } from '../tensors/checkpoint.js';
import { chunkIndex, isKnownIndex, type Chunk, type FindChunk } from './chunkIndex.js';
import { chunkLayoutOf, type ChunkLayout } from './chunkLayout.js';
import type { Hdf5File } from './hdf5File.js';
import { messageTypes, type Message } from './objectHeader.js';

const inflated = promisify(inflate);

const MOST_DIMENSIONS = 32;
/** A chunk is held whole while it is read. */
const MOST_CHUNK_BYTES = 1 << 28;
/** Deflate makes no more of a byte than this. */
const MOST_INFLATION = 1032;

interface Datatype {
  /** Absent for what is no number: text, records, references. */
  readonly dtype?: NumericDtype;
  readonly name: string;
  readonly bigEndian: boolean;
}

const classNames = [
  ...['integer', 'float', 'time', 'text', 'bit field', 'opaque', 'record', 'reference'],
  ...['enumeration', 'text of any length', 'array'],
];

/** Type of the elements (specification, IV.A.2.d). */
const datatypeOf = (data: Buffer): Datatype => {
  const kind = (data[0] ?? 0) & 0x0f;
  const bits = data[1] ?? 0;
  const size = data.length >= 8 ? data.readUInt32LE(4) : 0;
  const bigEndian = (bits & 1) !== 0;
  // The byte order of the VAX is neither.
  const isMixed = kind === 1 && (bits & 0x40) !== 0;
  const name = `${classNames[kind] ?? `class ${kind}`} of ${size} bytes`;
  if (kind === 0) {
    const dtype = `${(bits & 8) !== 0 ? '' : 'u'}int${8 * size}`;
    return { name, bigEndian, ...(isInteger(dtype) ? { dtype } : {}) };
  }
  if (kind === 1 && !isMixed && data.length >= 20) {
    const dtype = floatOf(data, size);
    return { name, bigEndian, ...(dtype === undefined ? {} : { dtype }) };
  }
  return { name, bigEndian };
};

const integers = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const;
const isInteger = (name: string): name is (typeof integers)[number] =>
  (integers as readonly string[]).includes(name);

/** By the places of exponent and mantissa: float16 and bfloat16 have one size. */
const floatOf = (data: Buffer, size: number): NumericDtype | undefined => {
  const [exponent, mantissa] = [data[13], data[15]];
  const known: readonly (readonly [NumericDtype, number, number, number])[] = [
    ['float64', 8, 11, 52],
    ['float32', 4, 8, 23],
    ['float16', 2, 5, 10],
    ['bfloat16', 2, 8, 7],
  ];
  return known.find((row) => row[1] === size && row[2] === exponent && row[3] === mantissa)?.[0];
};

/** Sizes of the dimensions; undefined for an empty dataspace. */
const shapeOf = (file: Hdf5File, data: Buffer): number[] | undefined => {
  const version = data[0];
  const dimensions = data[1] ?? 0;
  if (version !== 1 && version !== 2) throw file.fault('a dataspace is of no known version');
  if (version === 2 && data[3] === 2) return undefined;
  if (dimensions > MOST_DIMENSIONS) throw file.fault('a dataspace has too many dimensions');
  const at = version === 1 ? 8 : 4;
  return Array.from({ length: dimensions }, (_, i) => file.length(data, at + 8 * i));
};

/**
 * The maximum dimensions, undefined where unlimited; the current dimensions where the file gives no
 * maximum.
 */
const mostShapeOf = (file: Hdf5File, data: Buffer, shape: readonly number[]): (number | undefined)[] => {
  const at = (data[0] === 1 ? 8 : 4) + 8 * shape.length;
  return shape.map((size, i) => (((data[2] ?? 0) & 1) === 0 ? size : file.address(data, at + 8 * i)));
};

/** What is done to each chunk, in the order of writing; undefined where one of it is not known here. */
export interface Filters {
  readonly steps: readonly ('deflate' | 'shuffle' | 'fletcher32')[];
  readonly unknown?: string;
}

const filterNames: Readonly<Record<number, Filters['steps'][number]>> = {
  1: 'deflate',
  2: 'shuffle',
  3: 'fletcher32',
};

const filtersOf = (file: Hdf5File, data: Buffer | undefined): Filters => {
  if (data === undefined) return { steps: [] };
  const [version, count] = [data[0], data[1] ?? 0];
  const steps: Filters['steps'][number][] = [];
  let at = version === 1 ? 8 : 2;
  for (let i = 0; i < count; i++) {
    const id = at + 2 > data.length ? 0 : data.readUInt16LE(at);
    const hasName = version === 1 || id >= 256;
    if (at + (hasName ? 8 : 6) > data.length) throw file.fault('a list of filters ends early');
    const nameLength = hasName ? data.readUInt16LE(at + 2) : 0;
    const values = data.readUInt16LE(at + (hasName ? 6 : 4));
    at += hasName ? 8 : 6;
    at += version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength;
    at += 4 * values + (version === 1 && values % 2 === 1 ? 4 : 0);
    const step = filterNames[id];
    if (step === undefined) return { steps, unknown: `filter ${id}` };
    steps.push(step);
  }
  return { steps };
};

/**
 * The tensor of a dataset; undefined for an object that is none. What cannot be read is listed with its reason.
 * @throws GeometryError `malformed-file`.
 */
export const datasetOf = (
  file: Hdf5File,
  name: string,
  messages: readonly Message[],
): StoredTensor | undefined => {
  const of = (type: number): Message | undefined => messages.find((message) => message.type === type);
  const [space, type, layout] = [
    of(messageTypes.dataspace),
    of(messageTypes.datatype),
    of(messageTypes.layout),
  ];
  if (space === undefined || type === undefined || layout === undefined) return undefined;
  const shape = space.isShared ? undefined : shapeOf(file, space.data);
  const sizes = shape ?? [0];
  const elements = sizes.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements))
    throw file.fault(`the dataset ${quote(name)} has impossibly many elements`);
  const {
    dtype,
    name: typeName,
    bigEndian,
  } = type.isShared ? { dtype: undefined, name: 'a named type', bigEndian: false } : datatypeOf(type.data);
  const listed = { name, shape: sizes, elements };
  const closed = (reason: string): StoredTensor =>
    opaqueTensor({ ...listed, dtype: dtype ?? typeName, readable: false, unmeasured: unread(reason) });
  if (of(messageTypes.externalFiles) !== undefined) return closed('its values are in other files');
  if (space.isShared) return closed('its shape is kept elsewhere in the file');
  if (dtype === undefined) return closed('its elements are no numbers');
  const info = { ...listed, dtype, readable: true };
  const filters = filtersOf(file, of(messageTypes.filters)?.data);
  if (filters.unknown !== undefined) return closed(`it is compressed by ${filters.unknown}`);
  const { data } = layout;
  const bytes = elements * bytesPerElement(dtype);
  if (data[0] !== 3 && data[0] !== 4 && data[0] !== 5)
    return closed('its layout is of a kind that is not read');
  if (data[1] === 0) {
    // A copy begins where numbers of eight bytes may.
    const held = Uint8Array.from(data.subarray(4));
    if (held.length < bytes) throw file.fault(`the values of ${name} end early`);
    return {
      ...info,
      readElements: (start, length, into) => {
        const width = bytesPerElement(dtype);
        decodeElements(dtype, held.subarray(start * width, (start + length) * width), into, 0, bigEndian);
        return Promise.resolve();
      },
    };
  }
  if (data[1] === 1) {
    const address = file.address(data, 2);
    // Nothing was ever written: HDF5 answers the fill value, and no weights are that.
    if (address === undefined) return elements === 0 ? zeros(info) : closed('its values were never written');
    const place = file.place(address);
    if (place + bytes > file.source.size) throw file.fault(`the values of ${name} lie outside the file`);
    return denseTensor(info, file.source, place, dtype, bigEndian);
  }
  if (data[1] !== 2) return closed('its layout is of a kind that is not read');
  const width = bytesPerElement(dtype);
  const chunks = chunkLayoutOf(file, data, { name, width, mostShape: mostShapeOf(file, space.data, sizes) });
  if (chunks === undefined) return elements === 0 ? zeros(info) : closed('its values were never written');
  if (!isKnownIndex(chunks.index)) return closed('its layout is of a kind that is not read');
  if (!(chunks.chunkBytes > 0) || chunks.chunkBytes > MOST_CHUNK_BYTES)
    return closed('its chunks are too large to be read');
  const most = file.source.size * (filters.steps.includes('deflate') ? MOST_INFLATION : 1);
  if (bytes > most) return closed('the file is too small for its values');
  const fill = fillOf(of(messageTypes.fillValue)?.data, dtype, bigEndian);
  return chunked(file, info, { ...chunks, filters, fill, bigEndian });
};

const zeros = (info: Omit<StoredTensor, 'readElements'>): StoredTensor => ({
  ...info,
  readElements: () => Promise.resolve(),
});

interface Chunked extends ChunkLayout {
  readonly filters: Filters;
  /** Stands where a chunk was never written. */
  readonly fill: number;
  readonly bigEndian: boolean;
}

/** The value of elements that were never written (specification, IV.A.2.f); zero where none is told. */
const fillOf = (data: Buffer | undefined, dtype: NumericDtype, bigEndian: boolean): number => {
  if (data === undefined) return 0;
  const isThird = data[0] === 3;
  const isDefined = isThird ? ((data[1] ?? 0) & 0x20) !== 0 : data[0] === 1 || data[3] === 1;
  const at = isThird ? 2 : 4;
  const width = bytesPerElement(dtype);
  if (!isDefined || at + 4 + width > data.length || data.readUInt32LE(at) !== width) return 0;
  const value = new Float64Array(1);
  decodeElements(dtype, Uint8Array.from(data.subarray(at + 4, at + 4 + width)), value, 0, bigEndian);
  return value[0]!;
};

/** Chunks of one tensor that stay decompressed: a row of a matrix passes through several. */
const CHUNKS_HELD_BYTES = 1 << 26;

const chunked = (file: Hdf5File, info: Omit<StoredTensor, 'readElements'>, layout: Chunked): StoredTensor => {
  const dtype = info.dtype as NumericDtype;
  const width = bytesPerElement(dtype);
  const { shape, name } = info;
  const { chunkShape, chunkBytes, filters, fill, bigEndian } = layout;
  let index: Promise<FindChunk> | undefined;
  const held = new Map<string, Promise<Buffer>>();
  const mostHeld = Math.max(1, Math.floor(CHUNKS_HELD_BYTES / chunkBytes));
  const valuesOf = (key: string, chunk: Chunk): Promise<Buffer> => {
    const known = held.get(key);
    if (known !== undefined) return known;
    const read = unfiltered(file, chunk, filters, chunkBytes, width, name);
    held.set(key, read);
    const [oldest] = held.keys();
    if (held.size > mostHeld && oldest !== undefined) held.delete(oldest);
    return read;
  };
  const last = shape.length - 1;
  const strides = stridesOf(chunkShape);
  return {
    ...info,
    readElements: async (start, length, into) => {
      index ??= chunkIndex(file, layout);
      const chunkAt = await index;
      // Runs along the last dimension, none of which leaves its chunk.
      for (let done = 0; done < length;) {
        const at = placeOf(start + done, shape);
        const inRow = shape[last]! - at[last]!;
        const inChunk = chunkShape[last]! - (at[last]! % chunkShape[last]!);
        const run = Math.min(inRow, inChunk, length - done);
        const place = at.map((value, i) => Math.floor(value / chunkShape[i]!));
        const chunk = chunkAt(place);
        if (chunk === undefined) {
          into.fill(fill, done, done + run);
          done += run;
          continue;
        }
        const from = at.reduce((sum, value, i) => sum + (value % chunkShape[i]!) * strides[i]!, 0);
        const isEdge = layout.isEdgePlain && place.some((one, i) => (one + 1) * chunkShape[i]! > shape[i]!);
        const bytes = await valuesOf(place.join(), isEdge ? { ...chunk, passedOver: -1 } : chunk);
        decodeElements(dtype, bytes.subarray(from * width, (from + run) * width), into, done, bigEndian);
        done += run;
      }
    },
  };
};

const stridesOf = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
};

/** Row-major indices of an element. */
const placeOf = (element: number, shape: readonly number[]): number[] => {
  const at = new Array<number>(shape.length).fill(0);
  let left = element;
  for (let i = shape.length - 1; i >= 0; i--) {
    at[i] = left % shape[i]!;
    left = Math.floor(left / shape[i]!);
  }
  return at;
};

/** A chunk's bytes before its filters were applied. @throws GeometryError `malformed-file`. */
const unfiltered = async (
  file: Hdf5File,
  chunk: Chunk,
  { steps }: Filters,
  size: number,
  width: number,
  name: string,
): Promise<Buffer> => {
  let bytes: Buffer = Buffer.from(await file.source.read(file.place(chunk.address), chunk.bytes));
  for (const [i, step] of [...steps.entries()].reverse()) {
    // Each chunk says which filters were passed over for it.
    if ((chunk.passedOver & (1 << i)) !== 0) continue;
    if (step === 'fletcher32') bytes = bytes.subarray(0, -4);
    else if (step === 'shuffle') bytes = unshuffled(bytes, width);
    else {
      bytes = await inflated(bytes, { maxOutputLength: size + 4 }).catch((thrown: unknown) => {
        throw file.fault(`a chunk of ${name} cannot be decompressed (${String(thrown)})`);
      });
    }
  }
  if (bytes.length !== size) throw file.fault(`a chunk of ${name} has ${bytes.length} bytes, not ${size}`);
  return bytes;
};

/** First bytes of all elements stand together, then the second ones, and so on. */
const unshuffled = (bytes: Buffer, width: number): Buffer => {
  const count = Math.floor(bytes.length / width);
  const result = Buffer.alloc(bytes.length);
  for (let byte = 0; byte < width; byte++) {
    for (let i = 0; i < count; i++) result[i * width + byte] = bytes[byte * count + i]!;
  }
  bytes.copy(result, count * width, count * width);
  return result;
};
