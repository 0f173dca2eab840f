import type { Hdf5File } from './hdf5File.js';
import type { Chunk } from './chunkIndex.js';
import { signed, wideNumber } from './treeTwo.js';

/** Signature, version, client, address of the header. */
const BLOCK_PREFIX = 14;
const SUM = 4;

/** Chunks by their numbers. */
type Numbered = Map<number, Chunk>;

/** Reads an entry: an address alone, or one with the size and the filters that were passed over. */
const entryReader =
  (file: Hdf5File, client: number, entryBytes: number, chunkBytes: number) =>
  (bytes: Buffer, at: number): Chunk | undefined => {
    const address = file.address(bytes, at);
    if (address === undefined) return undefined;
    if (client === 0) return { address, bytes: chunkBytes, passedOver: 0 };
    return {
      address,
      bytes: wideNumber(file, bytes, at + 8, entryBytes - 12),
      passedOver: bytes.readUInt32LE(at + entryBytes - 4),
    };
  };

interface Entries {
  readonly file: Hdf5File;
  readonly entryBytes: number;
  readonly entry: (bytes: Buffer, at: number) => Chunk | undefined;
  readonly found: Numbered;
}

const take = (
  { entryBytes, entry, found }: Entries,
  bytes: Buffer,
  at: number,
  first: number,
  count: number,
): void => {
  for (let i = 0; i < count; i++) {
    const chunk = entry(bytes, at + i * entryBytes);
    if (chunk !== undefined) found.set(first + i, chunk);
  }
};

/** Entries in pages, each with a sum behind it; `isWritten` tells which pages were. */
const takePages = async (
  entries: Entries,
  address: number,
  { first, count, perPage }: { first: number; count: number; perPage: number },
  isWritten: (page: number) => boolean,
): Promise<void> => {
  const pageBytes = perPage * entries.entryBytes + SUM;
  for (let page = 0; page * perPage < count; page++) {
    if (!isWritten(page)) continue;
    const held = Math.min(perPage, count - page * perPage);
    const bytes = await entries.file.bytes(address + page * pageBytes, held * entries.entryBytes);
    take(entries, bytes, 0, first + page * perPage, held);
  }
};

const bitOf =
  (bytes: Buffer, at: number) =>
  (bit: number): boolean =>
    ((bytes[at + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;

const entriesOf = (file: Hdf5File, header: Buffer, chunkBytes: number): Entries => {
  const [client, entryBytes] = [header[5]!, header[6]!];
  const fits = client === 0 ? entryBytes === 8 : client === 1 && entryBytes > 12 && entryBytes <= 20;
  if (!fits) throw file.fault('an index of chunks has entries of an unknown kind');
  return { file, entryBytes, entry: entryReader(file, client, entryBytes, chunkBytes), found: new Map() };
};

/** Chunks of a dataset of fixed size (specification, III.D.3: fixed arrays). @throws GeometryError `malformed-file`. */
export const fixedArray = async (file: Hdf5File, address: number, chunkBytes: number): Promise<Numbered> => {
  const header = await signed(file, address, 28, 'FAHD');
  const entries = entriesOf(file, header, chunkBytes);
  const count = file.length(header, 8);
  const block = file.address(header, 16);
  if (block === undefined) return entries.found;
  const perPage = 2 ** header[7]!;
  if (count <= perPage) {
    const bytes = await signed(file, block, BLOCK_PREFIX + count * entries.entryBytes, 'FADB');
    take(entries, bytes, BLOCK_PREFIX, 0, count);
    return entries.found;
  }
  const bitmap = Math.ceil(Math.ceil(count / perPage) / 8);
  const bytes = await signed(file, block, BLOCK_PREFIX + bitmap, 'FADB');
  const pages = block + BLOCK_PREFIX + bitmap + SUM;
  await takePages(entries, pages, { first: 0, count, perPage }, bitOf(bytes, BLOCK_PREFIX));
  return entries.found;
};

/**
 * Chunks of a dataset that grows along one dimension (specification, III.D.4: extensible arrays): the first entries in
 * the index itself, then blocks of doubling size, the later ones behind blocks of addresses.
 * @throws GeometryError `malformed-file`.
 */
export const extensibleArray = async (
  file: Hdf5File,
  address: number,
  chunkBytes: number,
): Promise<Numbered> => {
  const header = await signed(file, address, 72, 'EAHD');
  const entries = entriesOf(file, header, chunkBytes);
  const [bits, inIndex, leastInBlock, leastPointers, pageBits] = header.subarray(7, 12) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const isPower = (size: number): boolean => size > 0 && Number.isInteger(Math.log2(size));
  if (bits > 64 || !isPower(leastInBlock) || !isPower(leastPointers) || bits < Math.log2(leastInBlock)) {
    throw file.fault('an index of chunks has impossible sizes');
  }
  const index = file.address(header, 60);
  if (index === undefined) return entries.found;
  const offsetBytes = Math.ceil(bits / 8);
  const perPage = 2 ** pageBits;
  const superBlocks = 1 + bits - Math.log2(leastInBlock);
  const direct = Math.min(2 * Math.log2(leastPointers), superBlocks);
  const blocksOf = (one: number): number => 2 ** Math.floor(one / 2);
  const countOf = (one: number): number => 2 ** Math.floor((one + 1) / 2) * leastInBlock;
  const firstOf = (one: number): number => inIndex + (2 ** one - 1) * leastInBlock;
  const dataBlocks = 2 * (leastPointers - 1);

  const takeBlock = async (
    at: number,
    first: number,
    count: number,
    isWritten: (page: number) => boolean,
  ) => {
    const head = BLOCK_PREFIX + offsetBytes;
    if (count > perPage) {
      await signed(file, at, head, 'EADB');
      await takePages(entries, at + head + SUM, { first, count, perPage }, isWritten);
      return;
    }
    const bytes = await signed(file, at, head + count * entries.entryBytes, 'EADB');
    take(entries, bytes, head, first, count);
  };

  const addressesAt = BLOCK_PREFIX + inIndex * entries.entryBytes;
  const indexBytes = addressesAt + 8 * (dataBlocks + superBlocks - direct);
  const bytes = await signed(file, index, indexBytes, 'EAIB');
  take(entries, bytes, BLOCK_PREFIX, 0, inIndex);
  let next = addressesAt;
  for (let one = 0; one < superBlocks; one++) {
    const [blocks, count, first] = [blocksOf(one), countOf(one), firstOf(one)];
    if (one < direct) {
      for (let i = 0; i < blocks; i++, next += 8) {
        const at = file.address(bytes, next);
        if (at !== undefined) await takeBlock(at, first + i * count, count, () => true);
      }
      continue;
    }
    const at = file.address(bytes, next);
    next += 8;
    if (at === undefined) continue;
    const pages = count > perPage ? count / perPage : 0;
    const bitmap = Math.ceil(pages / 8);
    const head = BLOCK_PREFIX + offsetBytes;
    const pointers = await signed(file, at, head + blocks * (bitmap + 8), 'EASB');
    const isWritten = bitOf(pointers, head);
    for (let i = 0; i < blocks; i++) {
      const block = file.address(pointers, head + blocks * bitmap + 8 * i);
      if (block !== undefined) {
        await takeBlock(block, first + i * count, count, (page) => isWritten(i * pages + page));
      }
    }
  }
  return entries.found;
};
