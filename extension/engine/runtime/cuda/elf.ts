import type { FileHandle } from 'node:fs/promises';
import { GeometryError } from '../../../contract/errors.js';
import { openRegular } from '../../../disk/regularFile.js';

/** What an ELF shared library tells the loader (gABI, chapters 4 and 5). Nothing of it is loaded. */
export interface SharedLibrary {
  /** The machine's number in `e_machine`: 62 is x86-64, 183 is AArch64. */
  readonly machine: number;
  /** `DT_NEEDED`, in the file's order: file names without a folder. */
  readonly needed: readonly string[];
  /** `DT_SONAME`. */
  readonly soname?: string;
  /** Where the read-only data lies in the file; absent where section headers were stripped. */
  readonly readOnlyData?: { readonly offset: number; readonly size: number };
}

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const DYNAMIC_ENTRY = 16;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_STRSZ = 10n;
const DT_SONAME = 14n;
/** Tables larger than this are not those of a library that anybody has made. */
const MOST_TABLE_BYTES = 2 ** 24;
const MOST_NAME = 256;

/** Reads ranges of one file, and refuses those that lie outside it. */
class Ranges {
  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  broken(why: string): GeometryError {
    return new GeometryError('malformed-file', `${this.path} is not a whole shared library: ${why}.`);
  }

  requireInside(offset: number, size: number, what: string): void {
    if (offset + size <= this.size) return;
    throw this.broken(`${what} ends beyond the file's ${this.size} bytes`);
  }

  async read(offset: number, size: number, what: string): Promise<Buffer> {
    this.requireInside(offset, size, what);
    if (size > MOST_TABLE_BYTES) throw this.broken(`${what} has ${size} bytes`);
    const bytes = Buffer.alloc(size);
    for (let done = 0; done < size;) {
      const { bytesRead } = await this.handle.read(bytes, done, size - done, offset + done);
      if (bytesRead === 0) throw this.broken(`${what} could not be read whole`);
      done += bytesRead;
    }
    return bytes;
  }
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const uint64 = (bytes: Buffer, at: number, file: Ranges): number => {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw file.broken('an offset in it is out of range');
  return Number(value);
};

const segmentsOf = async (header: Buffer, file: Ranges): Promise<readonly Segment[]> => {
  const count = header.readUInt16LE(56);
  if (count === 0 || header.readUInt16LE(54) !== PROGRAM_HEADER) throw file.broken('it has no segments');
  const start = uint64(header, 32, file);
  const table = await file.read(start, count * PROGRAM_HEADER, 'the table of segments');
  return Array.from({ length: count }, (_, i) => {
    const at = i * PROGRAM_HEADER;
    const segment = {
      type: table.readUInt32LE(at),
      offset: uint64(table, at + 8, file),
      address: uint64(table, at + 16, file),
      size: uint64(table, at + 32, file),
    };
    // The loader maps these without asking: a page beyond the file's end kills the process (SIGBUS).
    if (segment.type === PT_LOAD) file.requireInside(segment.offset, segment.size, 'a segment');
    return segment;
  });
};

const nameAt = (strings: Buffer, at: number, file: Ranges): string => {
  const end = at < strings.length ? strings.indexOf(0, at) : -1;
  if (end < 0 || end === at || end - at > MOST_NAME) throw file.broken('a name in it is out of place');
  return strings.toString('latin1', at, end);
};

const dynamicNames = async (
  segments: readonly Segment[],
  file: Ranges,
): Promise<Pick<SharedLibrary, 'needed' | 'soname'>> => {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) throw file.broken('it has no dynamic section');
  const table = await file.read(dynamic.offset, dynamic.size, 'the dynamic section');
  const entries: (readonly [bigint, number])[] = [];
  for (let at = 0; at + DYNAMIC_ENTRY <= table.length; at += DYNAMIC_ENTRY) {
    const tag = table.readBigUInt64LE(at);
    if (tag === 0n) break;
    if ([DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_SONAME].includes(tag))
      entries.push([tag, uint64(table, at + 8, file)]);
  }
  const valueOf = (tag: bigint): number | undefined => entries.find(([name]) => name === tag)?.[1];
  const [address, size] = [valueOf(DT_STRTAB), valueOf(DT_STRSZ)];
  const home = segments.find(
    (segment) =>
      segment.type === PT_LOAD &&
      address !== undefined &&
      address >= segment.address &&
      address < segment.address + segment.size,
  );
  if (address === undefined || size === undefined || home === undefined)
    throw file.broken('it has no table of names');
  const strings = await file.read(home.offset + address - home.address, size, 'the table of names');
  const soname = valueOf(DT_SONAME);
  return {
    needed: entries.filter(([tag]) => tag === DT_NEEDED).map(([, at]) => nameAt(strings, at, file)),
    ...(soname === undefined ? {} : { soname: nameAt(strings, soname, file) }),
  };
};

const readOnlyDataOf = async (header: Buffer, file: Ranges): Promise<SharedLibrary['readOnlyData']> => {
  const start = uint64(header, 40, file);
  const count = header.readUInt16LE(60);
  const namesIndex = header.readUInt16LE(62);
  if (start === 0 || count === 0) return undefined;
  if (header.readUInt16LE(58) !== SECTION_HEADER || namesIndex >= count)
    throw file.broken('its table of sections is out of order');
  const table = await file.read(start, count * SECTION_HEADER, 'the table of sections');
  const range = (index: number): { offset: number; size: number } => ({
    offset: uint64(table, index * SECTION_HEADER + 24, file),
    size: uint64(table, index * SECTION_HEADER + 32, file),
  });
  const namesRange = range(namesIndex);
  const names = await file.read(namesRange.offset, namesRange.size, 'the names of sections');
  for (let index = 1; index < count; index++) {
    const at = table.readUInt32LE(index * SECTION_HEADER);
    const isIt = at < names.length && names.toString('latin1', at, at + 8) === '.rodata\0';
    if (!isIt) continue;
    const { offset, size } = range(index);
    file.requireInside(offset, size, 'its read-only data');
    return { offset, size };
  }
  return undefined;
};

/**
 * Reads a 64-bit little-endian shared library's header, segments, dynamic section and section table.
 * @throws GeometryError `not-found`, `unreadable`, `malformed-file` for one that is cut off or no shared library: loading
 * it could kill the process.
 */
export const readSharedLibrary = async (path: string): Promise<SharedLibrary> => {
  const { handle, stats } = await openRegular(path);
  try {
    const file = new Ranges(path, handle, Number(stats.size));
    const header = await file.read(0, HEADER, 'the header');
    const isElf = header.readUInt32BE(0) === 0x7f454c46;
    if (!isElf) throw file.broken('it does not begin as one');
    if (header[4] !== 2 || header[5] !== 1) throw file.broken('it is not of 64 bits, little-endian');
    if (header.readUInt16LE(16) !== 3) throw file.broken('it is an ELF file of another kind');
    const names = await dynamicNames(await segmentsOf(header, file), file);
    const readOnlyData = await readOnlyDataOf(header, file);
    return {
      machine: header.readUInt16LE(18),
      ...names,
      ...(readOnlyData === undefined ? {} : { readOnlyData }),
    };
  } finally {
    await handle.close();
  }
};
