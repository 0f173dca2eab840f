import type { Hdf5File } from './hdf5File.js';

/** Signature, version, type; a sum at the end. */
const PREFIX = 6;
const SUM = 4;
const DEEPEST_TREE = 32;
const MOST_RECORDS = 10_000_000;

/** Bytes that hold numbers up to one. */
export const widthOf = (most: number): number => Math.floor(Math.log2(Math.max(1, most)) / 8) + 1;

/** A little-endian number of up to eight bytes. */
export const wideNumber = (file: Hdf5File, bytes: Buffer, at: number, width: number): number => {
  if (at + width > bytes.length) throw file.fault('a structure ends early');
  if (width <= 6) return bytes.readUIntLE(at, width);
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  if (!Number.isSafeInteger(value)) throw file.fault('a number is impossibly large');
  return value;
};

/** Bytes of a structure that begins with a signature. @throws GeometryError `malformed-file`. */
export const signed = async (
  file: Hdf5File,
  address: number,
  length: number,
  signature: string,
): Promise<Buffer> => {
  const bytes = await file.bytes(address, length);
  if (bytes.toString('latin1', 0, 4) !== signature)
    throw file.fault(`an index (${signature}) is not where it says`);
  return bytes;
};

/**
 * Records of a B-tree of the second kind, of the type that is wanted, in their order (specification, III.A.2).
 * @throws GeometryError `malformed-file`.
 */
export const recordsOf = async (
  file: Hdf5File,
  address: number,
  types: readonly number[],
): Promise<{ readonly type: number; readonly records: readonly Buffer[] }> => {
  const header = await signed(file, address, 38, 'BTHD');
  const [type, nodeBytes, recordBytes] = [header[5]!, header.readUInt32LE(6), header.readUInt16LE(10)];
  const depth = header.readUInt16LE(12);
  if (!types.includes(type) || recordBytes < 8) throw file.fault('an index is of another type');
  if (depth > DEEPEST_TREE) throw file.fault('an index is too deep');
  const records: Buffer[] = [];
  const root = file.address(header, 16);
  if (root === undefined) return { type, records };
  // Numbers of records are as wide as the most that a leaf holds, totals as what lies below a node.
  const most = [Math.floor((nodeBytes - PREFIX - SUM) / recordBytes)];
  const below = [most[0]!];
  const countBytes = widthOf(most[0]!);
  const pointerBytes = (level: number): number =>
    8 + countBytes + (level > 1 ? widthOf(below[level - 1]!) : 0);
  for (let level = 1; level <= depth; level++) {
    const fits = (nodeBytes - PREFIX - SUM - pointerBytes(level)) / (recordBytes + pointerBytes(level));
    most.push(Math.floor(fits));
    below.push((most[level]! + 1) * below[level - 1]! + most[level]!);
  }
  const seen = new Set<number>();
  const visit = async (at: number, count: number, level: number): Promise<void> => {
    if (seen.has(at)) throw file.fault('an index has a circle');
    seen.add(at);
    const pointers = level === 0 ? 0 : (count + 1) * pointerBytes(level);
    const node = await signed(
      file,
      at,
      PREFIX + count * recordBytes + pointers,
      level === 0 ? 'BTLF' : 'BTIN',
    );
    for (let i = 0; i <= count; i++) {
      if (level > 0) {
        const pointer = PREFIX + count * recordBytes + i * pointerBytes(level);
        const child = file.address(node, pointer);
        if (child === undefined) throw file.fault('an index leads nowhere');
        await visit(child, wideNumber(file, node, pointer + 8, countBytes), level - 1);
      }
      const from = PREFIX + i * recordBytes;
      if (i < count) records.push(node.subarray(from, from + recordBytes));
      if (records.length > MOST_RECORDS) throw file.fault('an index has too many records');
    }
  };
  await visit(root, header.readUInt16LE(24), depth);
  return { type, records };
};
