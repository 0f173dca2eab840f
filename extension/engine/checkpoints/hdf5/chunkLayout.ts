import type { Hdf5File } from './hdf5File.js';
import { wideNumber } from './treeTwo.js';

/** How a dataset is cut into chunks, and where their index is. */
export interface ChunkLayout {
  readonly address: number;
  readonly chunkShape: readonly number[];
  /** Of a chunk without filters. */
  readonly chunkBytes: number;
  /** The kind of index (specification, IV.A.2.i); 0 for the B-tree of version 3. */
  readonly index: number;
  /** Of the one chunk of a dataset, where it was filtered. */
  readonly filtered?: { readonly bytes: number; readonly passedOver: number };
  /** Chunks that the dataset's end cuts were not filtered. */
  readonly isEdgePlain: boolean;
  /** What the dataset may grow to; undefined where without end. */
  readonly mostShape: readonly (number | undefined)[];
}

/** Bytes of what a kind of index keeps in the layout, before the address. */
const indexDetails: Readonly<Record<number, number>> = { 1: 0, 2: 0, 3: 1, 4: 5, 5: 6 };

/**
 * The layout of a chunked dataset, from its message's data; undefined where no chunk was ever written.
 * @throws GeometryError `malformed-file`.
 */
export const chunkLayoutOf = (
  file: Hdf5File,
  data: Buffer,
  dataset: {
    readonly name: string;
    readonly width: number;
    readonly mostShape: readonly (number | undefined)[];
  },
): ChunkLayout | undefined => {
  const { name, width, mostShape } = dataset;
  const isThird = data[0] === 3;
  const flags = isThird ? 0 : (data[2] ?? 0);
  const dimensions = (data[isThird ? 2 : 3] ?? 0) - 1;
  const sizeBytes = isThird ? 4 : (data[4] ?? 0);
  const sizesAt = isThird ? 11 : 5;
  if (dimensions !== mostShape.length || sizeBytes < 1 || sizeBytes > 8) {
    throw file.fault(`the chunks of ${name} do not fit its shape`);
  }
  const chunkShape = mostShape.map((_, i) => wideNumber(file, data, sizesAt + sizeBytes * i, sizeBytes));
  const chunkBytes = chunkShape.reduce((product, size) => product * size, 1) * width;
  const base = { chunkShape, chunkBytes, mostShape, isEdgePlain: (flags & 1) !== 0 };
  if (isThird) {
    const address = file.address(data, 3);
    return address === undefined ? undefined : { ...base, address, index: 0 };
  }
  const indexAt = sizesAt + sizeBytes * (dimensions + 1);
  const index = data[indexAt] ?? 0;
  const isFiltered = index === 1 && (flags & 2) !== 0;
  const address = file.address(data, indexAt + 1 + (isFiltered ? 12 : (indexDetails[index] ?? 0)));
  if (address === undefined) return undefined;
  if (!isFiltered) return { ...base, address, index };
  const filtered = { bytes: file.length(data, indexAt + 1), passedOver: data.readUInt32LE(indexAt + 9) };
  return { ...base, address, index, filtered };
};
