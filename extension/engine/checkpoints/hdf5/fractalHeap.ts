import type { Hdf5File } from './hdf5File.js';
import { signed, wideNumber } from './treeTwo.js';

const HEADER_BYTES = 142;
const DEEPEST_HEAP = 16;
const MOST_ROWS = 128;

/** Reads an object of a heap by its identifier. */
export type ReadObject = (identifier: Buffer) => Promise<Buffer>;

/** Where a block lies, and what of the heap it covers. */
interface Block {
  readonly address: number;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * A heap in which groups keep their links (specification, III.G: fractal heaps). Objects outside its own blocks and
 * compressed blocks are not read.
 * @throws GeometryError `malformed-file`, `unsupported-format`.
 */
export const openHeap = async (file: Hdf5File, address: number): Promise<ReadObject> => {
  const header = await signed(file, address, HEADER_BYTES, 'FRHP');
  const [idBytes, filterBytes] = [header.readUInt16LE(5), header.readUInt16LE(7)];
  if (filterBytes > 0) throw file.fault('the links of a group are compressed');
  const width = header.readUInt16LE(110);
  const [start, mostDirect] = [file.length(header, 112), file.length(header, 120)];
  const offsetBytes = Math.ceil(header.readUInt16LE(128) / 8);
  const lengthBytes = idBytes - 1 - offsetBytes;
  const isPower = (size: number): boolean => size > 0 && Number.isInteger(Math.log2(size));
  if (
    !isPower(start) ||
    !isPower(mostDirect) ||
    mostDirect < start ||
    !isPower(width) ||
    offsetBytes > 8 ||
    lengthBytes < 1
  ) {
    throw file.fault('a heap of links has impossible sizes');
  }
  const directRows = Math.log2(mostDirect) - Math.log2(start) + 2;
  const rowBytes = (row: number): number => (row < 2 ? start : start * 2 ** (row - 1));
  const root = file.address(header, 132);
  const rows = header.readUInt16LE(140);
  const blocks: Block[] = [];
  const seen = new Set<number>();

  const visit = async (at: number, offset: number, count: number, depth: number): Promise<void> => {
    if (depth > DEEPEST_HEAP || count > MOST_ROWS) throw file.fault('a heap of links is too deep');
    if (seen.has(at)) throw file.fault('a heap of links has a circle');
    seen.add(at);
    const head = 13 + offsetBytes;
    const node = await signed(file, at, head + 8 * width * count, 'FHIB');
    let covered = offset;
    for (let entry = 0; entry < width * count; entry++) {
      const row = Math.floor(entry / width);
      const bytes = rowBytes(row);
      const child = file.address(node, head + 8 * entry);
      if (child !== undefined) {
        if (row < directRows) blocks.push({ address: child, offset: covered, bytes });
        else await visit(child, covered, Math.log2(bytes) - Math.log2(start * width) + 1, depth + 1);
      }
      covered += bytes;
    }
  };
  if (root !== undefined) {
    if (rows === 0) blocks.push({ address: root, offset: 0, bytes: start });
    else await visit(root, 0, rows, 0);
  }
  const blockAt = (offset: number): Block | undefined => {
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (blocks[middle]!.offset + blocks[middle]!.bytes > offset) high = middle;
      else low = middle + 1;
    }
    return blocks[low];
  };

  return async (identifier) => {
    const kind = ((identifier[0] ?? 0) >> 4) & 3;
    if (kind !== 0) throw file.fault('a link is not kept where links are');
    const offset = wideNumber(file, identifier, 1, offsetBytes);
    const length = wideNumber(file, identifier, 1 + offsetBytes, lengthBytes);
    const block = blockAt(offset);
    if (block === undefined || offset < block.offset || offset + length > block.offset + block.bytes) {
      throw file.fault('a link lies outside its heap');
    }
    return file.bytes(block.address + offset - block.offset, length);
  };
};
