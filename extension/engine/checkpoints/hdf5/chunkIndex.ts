import type { Hdf5File } from './hdf5File.js';

/** Where a chunk lies, as it was stored. */
export interface Chunk {
  readonly address: number;
  readonly bytes: number;
  /** Bit i: the i-th filter was not applied to it. */
  readonly passedOver: number;
}

const DEEPEST_TREE = 32;
const MOST_CHUNKS = 10_000_000;

/**
 * Chunks of a dataset by their places in units of chunks, "2,0" (specification, III.A.1: B-trees of kind 1).
 * Keys have one dimension more than the dataset, of the bytes of an element.
 * @throws GeometryError `malformed-file`.
 */
export const chunkIndex = async (
  file: Hdf5File,
  address: number,
  chunkShape: readonly number[],
): Promise<ReadonlyMap<string, Chunk>> => {
  const found = new Map<string, Chunk>();
  const seen = new Set<number>();
  const keyBytes = 8 + 8 * (chunkShape.length + 1);
  const visit = async (at: number, depth: number): Promise<void> => {
    if (depth > DEEPEST_TREE || seen.has(at)) throw file.fault('an index of chunks has a circle');
    seen.add(at);
    const node = await file.bytes(at, 24);
    if (node.toString('latin1', 0, 4) !== 'TREE' || node[4] !== 1) {
      throw file.fault('an index of chunks is not where it says');
    }
    const [level, entries] = [node[5]!, node.readUInt16LE(6)];
    const rows = await file.bytes(at + 24, entries * (keyBytes + 8));
    for (let i = 0; i < entries; i++) {
      const row = i * (keyBytes + 8);
      const child = file.address(rows, row + keyBytes);
      if (child === undefined) continue;
      if (level > 0) {
        await visit(child, depth + 1);
        continue;
      }
      const place = chunkShape.map((size, d) => Math.floor(file.length(rows, row + 8 + 8 * d) / size));
      found.set(place.join(), {
        address: child,
        bytes: rows.readUInt32LE(row),
        passedOver: rows.readUInt32LE(row + 4),
      });
      if (found.size > MOST_CHUNKS) throw file.fault('a dataset has too many chunks');
    }
  };
  await visit(address, 0);
  return found;
};
