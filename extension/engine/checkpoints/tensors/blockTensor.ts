import { readInto, type ByteSource } from '../bytes/byteSource.js';
import type { TensorInfo } from './checkpoint.js';
import { PIECE_BYTES, type StoredTensor } from './storedTensors.js';

/** How a block of a quantised type becomes numbers. */
export interface BlockDecoder {
  readonly elements: number;
  readonly bytes: number;
  /** Writes the `elements` values of the block at `bytes[from…]` to `into[at…]`, each rounded to float32. */
  readonly decode: (bytes: Uint8Array, from: number, into: Float64Array, at: number) => void;
}

/** A tensor whose values lie in blocks one after the other from byte `offset`; whole blocks are read and decoded. */
export const blockTensor = (
  info: TensorInfo,
  source: ByteSource,
  offset: number,
  block: BlockDecoder,
): StoredTensor => {
  const perPiece = Math.max(1, Math.floor(PIECE_BYTES / 4 / block.bytes));
  return {
    ...info,
    async readElements(start, length, into) {
      const end = start + length;
      const last = Math.ceil(end / block.elements);
      const first = Math.floor(start / block.elements);
      const count = Math.min(perPiece, last - first);
      const bytes = new Uint8Array(count * block.bytes);
      const values = new Float64Array(block.elements);
      for (let from = first; from < last; from += perPiece) {
        const here = Math.min(perPiece, last - from);
        const piece = bytes.subarray(0, here * block.bytes);
        await readInto(source, offset + from * block.bytes, piece);
        for (let i = 0; i < here; i++) {
          const begin = (from + i) * block.elements;
          if (begin >= start && begin + block.elements <= end) {
            block.decode(piece, i * block.bytes, into, begin - start);
            continue;
          }
          block.decode(piece, i * block.bytes, values, 0);
          const low = Math.max(start, begin);
          const high = Math.min(end, begin + block.elements);
          into.set(values.subarray(low - begin, high - begin), low - start);
        }
      }
    },
  };
};
