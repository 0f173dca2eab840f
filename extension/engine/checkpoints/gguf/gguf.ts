import { ByteCursor } from '../bytes/byteCursor.js';
import { blockTensor } from '../tensors/blockTensor.js';
import { unread, type Checkpoint } from '../tensors/checkpoint.js';
import type { FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote, unsupported } from '../bytes/fileErrors.js';
import { ggufTypes, type GgufType } from './ggufTypes.js';
import { elementCount } from '../tensors/shape.js';
import { checkpointOf, denseTensor, opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';

const MAGIC = [0x47, 0x47, 0x55, 0x46] as const;
const MOST_TENSORS = 1_000_000;
const MOST_NAME_BYTES = 4096;
const MOST_AXES = 8;
const DEEPEST_ARRAY = 4;
const DEFAULT_ALIGNMENT = 32;
/** A model's file aligns to a cache line or a page. */
const MOST_ALIGNMENT = 2 ** 24;

const STRING = 8;
const ARRAY = 9;
const UINT32 = 4;
/** Bytes of the metadata types of fixed size, by number (docs/gguf.md, `gguf_metadata_value_type`). */
const fixedBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [UINT32, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);

/** Version 1 wrote sizes with 32 bits, later ones with 64. */
type ReadSize = (what: string) => Promise<number>;

interface Header {
  readonly cursor: ByteCursor;
  readonly readSize: ReadSize;
  readonly bigEndian: boolean;
}

interface Placed {
  readonly name: string;
  readonly shape: readonly number[];
  /** Undefined for a number that is not in the table: its size in bytes is not known then. */
  readonly type: GgufType | undefined;
  readonly typeNumber: number;
  readonly elements: number;
  readonly offset: number;
  readonly bytes: number;
}

const readStart = async (source: FileByteSource): Promise<Header> => {
  const start = Buffer.from(await source.read(0, Math.min(8, source.size)));
  if (start.length < 8 || !MAGIC.every((byte, i) => start[i] === byte)) {
    throw malformed(source.name, 'not a GGUF file, its first bytes are others');
  }
  const bigEndian = start.readUInt32LE(4) > 0xffff;
  const version = bigEndian ? start.readUInt32BE(4) : start.readUInt32LE(4);
  if (version < 1 || version > 3) throw unsupported(source.name, `GGUF version ${version} is not known`);
  const cursor = new ByteCursor(source, 8, source.size, bigEndian);
  const readSize: ReadSize = (what) => (version === 1 ? cursor.uint32() : cursor.uint64(what));
  return { cursor, readSize, bigEndian };
};

/** Passes over one metadata value; its content is read only where it is the alignment. */
const skipValue = async (header: Header, file: string, type: number, depth = 0): Promise<void> => {
  const { cursor, readSize } = header;
  const bytes = fixedBytes.get(type);
  if (bytes !== undefined) {
    cursor.skip(bytes);
    return;
  }
  if (type === STRING) {
    cursor.skip(await readSize('a string'));
    return;
  }
  if (type !== ARRAY) throw malformed(file, `a metadata value has the unknown type ${type}`);
  if (depth === DEEPEST_ARRAY) throw malformed(file, 'metadata arrays are nested too deep');
  const itemType = await cursor.uint32();
  const count = await readSize('an array');
  const itemBytes = fixedBytes.get(itemType);
  if (itemBytes !== undefined) {
    cursor.skip(count * itemBytes);
    return;
  }
  for (let i = 0; i < count; i++) await skipValue(header, file, itemType, depth + 1);
};

const readAlignment = async (header: Header, file: string, count: number): Promise<number> => {
  const { cursor, readSize } = header;
  const keys = new Set<string>();
  let alignment = DEFAULT_ALIGNMENT;
  for (let i = 0; i < count; i++) {
    const key = await cursor.text(await readSize('a key'), 'a metadata key', 65_535);
    if (keys.has(key)) throw malformed(file, `the metadata key ${quote(key)} appears twice`);
    keys.add(key);
    const type = await cursor.uint32();
    if (key === 'general.alignment' && type === UINT32) alignment = await cursor.uint32();
    else await skipValue(header, file, type);
  }
  const isPowerOfTwo = alignment > 0 && Number.isInteger(Math.log2(alignment));
  if (!isPowerOfTwo || alignment > MOST_ALIGNMENT) throw malformed(file, `the alignment is ${alignment}`);
  return alignment;
};

const readPlace = async ({ cursor, readSize }: Header, file: string): Promise<Placed> => {
  const name = await cursor.text(await readSize('a name'), 'a tensor name', MOST_NAME_BYTES);
  const axes = await cursor.uint32();
  if (axes > MOST_AXES) throw malformed(file, `tensor ${quote(name)} has ${axes} axes`);
  const fastestFirst: number[] = [];
  for (let axis = 0; axis < axes; axis++) fastestFirst.push(await readSize(`a dimension of ${quote(name)}`));
  const typeNumber = await cursor.uint32();
  const type = ggufTypes.get(typeNumber);
  const offset = await cursor.uint64(`the offset of ${quote(name)}`);
  const elements = elementCount(file, name, fastestFirst);
  if (type !== undefined && (fastestFirst[0] ?? 1) % type.blockElements !== 0) {
    throw malformed(
      file,
      `tensor ${quote(name)} has rows of ${fastestFirst[0] ?? 1}, which is no whole number of ${type.name} blocks`,
    );
  }
  const bytes = type === undefined ? 0 : (elements / type.blockElements) * type.blockBytes;
  return { name, shape: fastestFirst.reverse(), type, typeNumber, elements, offset, bytes };
};

/** Each tensor begins at the alignment, lies in the file, and shares no byte with another. */
const checkPlaces = (file: string, places: readonly Placed[], alignment: number, dataBytes: number): void => {
  let covered = 0;
  for (const { name, offset, bytes } of [...places].sort(
    (a, b) => a.offset - b.offset || a.bytes - b.bytes,
  )) {
    if (offset % alignment !== 0) throw malformed(file, `tensor ${quote(name)} is not aligned`);
    if (bytes > 0 && offset < covered) throw malformed(file, `tensor ${quote(name)} overlaps another one`);
    if (offset + bytes > dataBytes) {
      throw malformed(
        file,
        `the data ends early: tensor ${quote(name)} goes to byte ${offset + bytes} of ${dataBytes}`,
      );
    }
    covered = Math.max(covered, offset + bytes);
  }
};

const toTensor = (place: Placed, source: FileByteSource, at: number, bigEndian: boolean): StoredTensor => {
  const { name, shape, type, typeNumber, elements } = place;
  const info = { name, shape, elements };
  if (type === undefined) {
    const dtype = `type ${typeNumber}`;
    return opaqueTensor({ ...info, dtype, readable: false, unmeasured: unread('a type that is not known') });
  }
  const { name: typeName, dtype, decoder } = type;
  if (dtype !== undefined)
    return denseTensor({ ...info, dtype, readable: true }, source, at, dtype, bigEndian);
  if (decoder === undefined || bigEndian) {
    const reason = bigEndian ? 'blocks in big-endian order are not read' : 'blocks of this type are not read';
    return opaqueTensor({ ...info, dtype: typeName, readable: false, unmeasured: unread(reason) });
  }
  const computed = `dequantised from ${typeName}`;
  return blockTensor({ ...info, dtype: typeName, readable: true, computed }, source, at, decoder);
};

/**
 * GGUF, versions 1 to 3 (ggml docs/gguf.md): names, types and row-major shapes (ggml lists the fastest axis first).
 * Plain types are readable, blocks are dequantised where their code is known; others are listed.
 * @throws GeometryError `malformed-file`, `unsupported-format` for an unknown version.
 */
export const readGguf = async (source: FileByteSource): Promise<Checkpoint> => {
  const file = source.name;
  const header = await readStart(source);
  const tensorCount = await header.readSize('the number of tensors');
  const keyCount = await header.readSize('the number of metadata keys');
  if (tensorCount > MOST_TENSORS) throw malformed(file, `it claims to hold ${tensorCount} tensors`);
  const alignment = await readAlignment(header, file, keyCount);
  const places = new Map<string, Placed>();
  for (let i = 0; i < tensorCount; i++) {
    const place = await readPlace(header, file);
    if (places.has(place.name)) throw malformed(file, `there are two tensors ${quote(place.name)}`);
    places.set(place.name, place);
  }
  const dataStart = Math.ceil(header.cursor.position / alignment) * alignment;
  checkPlaces(file, [...places.values()], alignment, Math.max(0, source.size - dataStart));
  const tensors = Array.from(places.values(), (place) =>
    toTensor(place, source, dataStart + place.offset, header.bigEndian),
  );
  return checkpointOf({ format: 'gguf', files: [source.file], tensors, sources: [source] });
};

export const looksLikeGguf = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);
