import { fixedArray, extensibleArray } from './chunkArrays.js';
import type { ChunkLayout } from './chunkLayout.js';
import type { Hdf5File } from './hdf5File.js';
import { recordsOf, wideNumber } from './treeTwo.js';

/** Where a chunk lies, as it was stored. */
export interface Chunk {
  readonly address: number;
  readonly bytes: number;
  /** Bit i: the i-th filter was not applied to it. */
  readonly passedOver: number;
}

/** The chunk at a place in units of chunks; undefined where none was written. */
export type FindChunk = (place: readonly number[]) => Chunk | undefined;

const DEEPEST_TREE = 32;
const MOST_CHUNKS = 10_000_000;

type MakeIndex = (file: Hdf5File, layout: ChunkLayout) => Promise<FindChunk>;

/** B-trees of kind 1 (specification, III.A.1): keys have one dimension more than the dataset, of the bytes of an element. */
const treeOne: MakeIndex = async (file, { address, chunkShape }) => {
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
  return (place) => found.get(place.join());
};

/** Row-major numbers of chunks in the largest shape that the dataset may have; `first` is the dimension that changes slowest. */
const numberIn = (
  { mostShape, chunkShape }: ChunkLayout,
  first = 0,
): ((place: readonly number[]) => number) => {
  const order = [first, ...chunkShape.keys()].filter((axis, i, all) => i === 0 || axis !== all[0]);
  const sizes = order.map((axis) => Math.ceil((mostShape[axis] ?? 1) / chunkShape[axis]!));
  return (place) =>
    order.reduce((number, axis, i) => (i === 0 ? place[axis]! : number * sizes[i]! + place[axis]!), 0);
};

const single: MakeIndex = (_, { address, chunkBytes, filtered }) => {
  const chunk = { address, bytes: filtered?.bytes ?? chunkBytes, passedOver: filtered?.passedOver ?? 0 };
  return Promise.resolve((place) => (place.every((at) => at === 0) ? chunk : undefined));
};

/** All chunks one behind the other. */
const implicit: MakeIndex = (_, layout) => {
  const numberOf = numberIn(layout);
  const { address, chunkBytes } = layout;
  return Promise.resolve((place) => ({
    address: address + numberOf(place) * chunkBytes,
    bytes: chunkBytes,
    passedOver: 0,
  }));
};

const fixed: MakeIndex = async (file, layout) => {
  const chunks = await fixedArray(file, layout.address, layout.chunkBytes);
  const numberOf = numberIn(layout);
  return (place) => chunks.get(numberOf(place));
};

const extensible: MakeIndex = async (file, layout) => {
  const chunks = await extensibleArray(file, layout.address, layout.chunkBytes);
  const growing = layout.mostShape.indexOf(undefined);
  const numberOf = numberIn(layout, Math.max(0, growing));
  return (place) => chunks.get(numberOf(place));
};

/** B-trees of kind 2 with places, and with sizes where there are filters (types 10 and 11). */
const treeTwo: MakeIndex = async (file, { address, chunkShape, chunkBytes }) => {
  const { type, records } = await recordsOf(file, address, [10, 11]);
  const found = new Map<string, Chunk>();
  for (const record of records) {
    const places = record.length - 8 * chunkShape.length;
    const at = file.address(record, 0);
    const sizeBytes = places - 12;
    if (places < 8 || (type === 11 && (sizeBytes < 1 || sizeBytes > 8))) {
      throw file.fault('an index of chunks has records of an unknown kind');
    }
    if (at === undefined) continue;
    const place = chunkShape.map((_, i) => file.length(record, places + 8 * i));
    const filtered =
      type === 11
        ? { bytes: wideNumber(file, record, 8, sizeBytes), passedOver: record.readUInt32LE(8 + sizeBytes) }
        : { bytes: chunkBytes, passedOver: 0 };
    found.set(place.join(), { address: at, ...filtered });
  }
  return (place) => found.get(place.join());
};

/** By the kind of index that a layout names; 0 stands for layouts of version 3. */
const indexes: Readonly<Record<number, MakeIndex>> = {
  0: treeOne,
  1: single,
  2: implicit,
  3: fixed,
  4: extensible,
  5: treeTwo,
};

export const isKnownIndex = (kind: number): boolean => kind in indexes;

/** The way to the chunks of a dataset. @throws GeometryError `malformed-file`. */
export const chunkIndex: MakeIndex = (file, layout) => indexes[layout.index]!(file, layout);
