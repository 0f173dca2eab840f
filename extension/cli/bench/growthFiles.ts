import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { seededRandom } from '../../engine/ground/seededRandom.js';

const headerOf = (text: string): Buffer => {
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
};

/** A safetensors file of `count` float32 vectors of one number each. */
export const writeManyTensors = async (file: string, count: number): Promise<void> => {
  const perPiece = 10_000;
  // In pieces, and twice (once for the length): the header of a million tensors would dominate the measured
  // memory.
  const eachPiece = function* (): Generator<string> {
    for (let at = 0; at < count; at += perPiece) {
      const entries = Array.from({ length: Math.min(perPiece, count - at) }, (_, k) => {
        const i = at + k;
        return `"layers.${i}.bias":{"dtype":"F32","shape":[1],"data_offsets":[${4 * i},${4 * i + 4}]}`;
      });
      yield `${at === 0 ? '{' : ','}${entries.join(',')}`;
    }
    yield '}';
  };
  let bytes = 0;
  for (const piece of eachPiece()) bytes += piece.length;
  const padding = (8 - (bytes % 8)) % 8;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes + padding));
  const handle = await open(file, 'w');
  try {
    await handle.write(length);
    for (const piece of eachPiece()) await handle.write(piece);
    await handle.write(' '.repeat(padding));
    for (let at = 0; at < count; at += perPiece) {
      const values = Float32Array.from({ length: Math.min(perPiece, count - at) }, (_, i) => (at + i) % 7);
      await handle.write(new Uint8Array(values.buffer));
    }
  } finally {
    await handle.close();
  }
};

/** `count` safetensors files of an 8 × 8 matrix and a vector of 8: a random walk of 72 parameters. */
export const writeTinySeries = async (folder: string, count: number): Promise<void> => {
  const header = headerOf(
    JSON.stringify({
      'layer.weight': { dtype: 'F32', shape: [8, 8], data_offsets: [0, 256] },
      'layer.bias': { dtype: 'F32', shape: [8], data_offsets: [256, 288] },
    }),
  );
  const random = seededRandom(1);
  const values = Float32Array.from({ length: 72 }, () => random.normal());
  for (let t = 0; t < count; t++) {
    const name = `step_${String(10 * t).padStart(6, '0')}.safetensors`;
    await writeFile(path.join(folder, name), Buffer.concat([header, Buffer.from(values.slice().buffer)]));
    for (let i = 0; i < values.length; i++) values[i]! += 0.01 * random.normal();
  }
};
