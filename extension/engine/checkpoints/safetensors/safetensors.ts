import type { ByteSource } from '../bytes/byteSource.js';
import type { Checkpoint, NumericDtype } from '../tensors/checkpoint.js';
import { blockTensor } from '../tensors/blockTensor.js';
import { bytesPerElement } from '../tensors/dtypes.js';
import { halfByteDecoder } from '../tensors/halfBytes.js';
import { openFile, type FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote } from '../bytes/fileErrors.js';
import { elementCount } from '../tensors/shape.js';
import { statedStep } from '../tensors/statedStep.js';
import {
  checkpointOf,
  DenseTensor,
  denseTensor,
  opaqueTensor,
  withSource,
  type StoredTensor,
} from '../tensors/storedTensors.js';
import { eachStrictMember, JsonError, type JsonValue } from '../bytes/strictJson.js';

/** The cap of the reference implementation (safetensors/src/tensor.rs, MAX_HEADER_SIZE). */
const MOST_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const METADATA = '__metadata__';

const readableTypes: ReadonlyMap<string, NumericDtype> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
  ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
  ['F8_E8M0', 'float8_e8m0fnu'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** Types of the format whose values are not read here: bits per element. */
const opaqueTypeBits: ReadonlyMap<string, number> = new Map([
  ['C64', 64],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['F4', 4],
]);

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const readHeader = async (source: ByteSource): Promise<{ header: Uint8Array; dataStart: number }> => {
  if (source.size < LENGTH_BYTES) {
    throw malformed(source.name, `no safetensors header, the file has ${source.size} bytes`);
  }
  const prefix = await source.read(0, LENGTH_BYTES);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > BigInt(source.size - LENGTH_BYTES)) {
    throw malformed(source.name, `the header is longer than the file (${length.toString()} bytes)`);
  }
  if (length > BigInt(MOST_HEADER_BYTES)) {
    throw malformed(source.name, `the header has ${length.toString()} bytes, more than the format allows`);
  }
  if (length < 2n) throw malformed(source.name, 'the header is empty');
  const header = await source.read(LENGTH_BYTES, Number(length));
  return { header, dataStart: LENGTH_BYTES + Number(length) };
};

const isNumbers = (value: JsonValue | undefined): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

const toEntry = (file: string, name: string, value: JsonValue): Entry => {
  const refuse = (reason: string) => malformed(file, `tensor ${quote(name)} ${reason}`);
  if (!(value instanceof Map)) throw refuse('is not described by an object');
  const [type, shape, offsets] = [value.get('dtype'), value.get('shape'), value.get('data_offsets')];
  if (typeof type !== 'string') throw refuse('has no dtype');
  if (!isNumbers(shape)) throw refuse('has a shape that is not a list of numbers');
  if (!isNumbers(offsets) || offsets.length !== 2) throw refuse('has no pair of data offsets');
  if (value.size > 3) throw refuse('has a property that the format does not know');
  const [begin, end] = offsets as [number, number];
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < 0 || end < begin) {
    throw refuse(`has data offsets that make no range ([${begin}, ${end}])`);
  }
  return { name, type, shape, begin, end };
};

/** The data section is covered exactly once: no hole, no overlap, nothing after the last tensor. */
class Coverage {
  private readonly begins: number[] = [];
  private readonly ends: number[] = [];

  add(begin: number, end: number): void {
    this.begins.push(begin);
    this.ends.push(end);
  }

  check(file: string, tensors: readonly StoredTensor[], dataBytes: number): void {
    const { begins, ends } = this;
    const before = (a: number, b: number): number => begins[a]! - begins[b]! || ends[a]! - ends[b]!;
    const order = Uint32Array.from(begins.keys());
    // Most files list their tensors in the order of their bytes.
    if (order.some((i) => i > 0 && before(i - 1, i) > 0)) order.sort(before);
    let covered = 0;
    for (const i of order) {
      const [name, begin, end] = [tensors[i]!.name, begins[i]!, ends[i]!];
      if (begin < covered) throw malformed(file, `tensor ${quote(name)} overlaps another one`);
      if (begin > covered) {
        throw malformed(file, `${begin - covered} bytes before tensor ${quote(name)} belong to none`);
      }
      covered = end;
      if (end > dataBytes) {
        throw malformed(
          file,
          `the data ends early: tensor ${quote(name)} goes to byte ${end} of ${dataBytes}`,
        );
      }
    }
    if (covered < dataBytes)
      throw malformed(file, `${dataBytes - covered} bytes after the last tensor belong to none`);
  }
}

const toTensor = (source: ByteSource, dataStart: number, entry: Entry): StoredTensor => {
  const { name, type, shape, begin, end } = entry;
  const elements = elementCount(source.name, name, shape);
  const dtype = readableTypes.get(type);
  const bits = dtype === undefined ? opaqueTypeBits.get(type) : 8 * bytesPerElement(dtype);
  if (bits === undefined)
    throw malformed(source.name, `tensor ${quote(name)} has the unknown dtype ${quote(type)}`);
  const bytes = (elements * bits) / 8;
  if (bytes !== end - begin) {
    throw malformed(
      source.name,
      `tensor ${quote(name)} has ${end - begin} bytes, but ${type} [${shape.join(', ')}] needs ${bytes}`,
    );
  }
  if (type === 'C64') {
    const info = {
      name,
      shape,
      dtype: 'complex64',
      elements: 2 * elements,
      readable: true,
      complex: true,
    } as const;
    return denseTensor(info, source, dataStart + begin, 'float32');
  }
  if (type === 'F4') {
    const info = { name, shape, dtype: 'float4_e2m1fn', elements, readable: true };
    return blockTensor(info, source, dataStart + begin, halfByteDecoder('float4_e2m1fn'));
  }
  if (dtype === undefined) return opaqueTensor({ name, shape, dtype: type, elements, readable: false });
  return new DenseTensor({ name, shape, elements }, source, dataStart + begin, dtype);
};

const readMetadata = (file: string, metadata: JsonValue): Map<string, JsonValue> => {
  if (!(metadata instanceof Map)) throw malformed(file, '__metadata__ is not an object');
  for (const [key, value] of metadata) {
    if (typeof value !== 'string') throw malformed(file, `__metadata__ ${quote(key)} is not a string`);
  }
  return metadata;
};

/** Each of the shapes once: a million tensors have few. */
const oneOfEach = (): ((shape: readonly number[]) => readonly number[]) => {
  const known = new Map<string, readonly number[]>();
  return (shape) => {
    const key = shape.join();
    const same = known.get(key);
    if (same === undefined) known.set(key, shape);
    return same ?? shape;
  };
};

interface Header {
  readonly tensors: readonly StoredTensor[];
  readonly metadata: ReadonlyMap<string, JsonValue>;
}

/** Members are made tensors as they come: of a large header nothing else is held. */
const readMembers = (source: ByteSource, header: Uint8Array, dataStart: number): Header => {
  const file = source.name;
  if (header[0] !== 0x7b) throw malformed(file, 'the header is not JSON (it does not begin with "{")');
  const tensors: StoredTensor[] = [];
  const coverage = new Coverage();
  const names = new Set<string>();
  const shared = oneOfEach();
  let metadata = new Map<string, JsonValue>();
  const take = (name: string, value: JsonValue): boolean => {
    if (names.has(name)) return false;
    names.add(name);
    if (name === METADATA) {
      metadata = readMetadata(file, value);
      return true;
    }
    const entry = toEntry(file, name, value);
    tensors.push(toTensor(source, dataStart, { ...entry, shape: shared(entry.shape) }));
    coverage.add(entry.begin, entry.end);
    return true;
  };
  try {
    eachStrictMember(header, take);
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    throw malformed(file, `the header is not valid JSON (${thrown.message})`, thrown);
  }
  coverage.check(file, tensors, source.size - dataStart);
  return { tensors, metadata };
};

/**
 * The safetensors format (huggingface/safetensors, README "Format"), read strictly: what the reference
 * implementation refuses is refused, and duplicate keys too.
 * @throws GeometryError `malformed-file` naming the file, the tensor and what is wrong.
 */
export const readSafetensors = async (source: FileByteSource): Promise<Checkpoint> => {
  const { header, dataStart } = await readHeader(source);
  const { tensors, metadata } = readMembers(source, header, dataStart);
  return checkpointOf({
    format: 'safetensors',
    files: [source.file],
    tensors,
    step: statedStep((key) => metadata.get(key)),
    sources: [source],
  });
};

export const openSafetensors = async (path: string): Promise<Checkpoint> =>
  withSource(await openFile(path), readSafetensors);

/** A header length that fits the file, then the brace that the header must begin with. */
export const looksLikeSafetensors = (head: Uint8Array, size: number): boolean => {
  if (head.length <= LENGTH_BYTES || head[LENGTH_BYTES] !== 0x7b) return false;
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return length <= BigInt(Math.min(size - LENGTH_BYTES, MOST_HEADER_BYTES));
};
