import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Layers of a language model's shapes; four of them are 200 MB of float32. */
const layers = 4;
const layerShapes: readonly (readonly [name: string, rows: number, columns: number])[] = [
  ['self_attn.q_proj', 1024, 1024],
  ['self_attn.k_proj', 1024, 1024],
  ['self_attn.v_proj', 1024, 1024],
  ['self_attn.o_proj', 1024, 1024],
  ['mlp.up_proj', 4096, 1024],
  ['mlp.down_proj', 1024, 4096],
];
const pieceNumbers = 1 << 20;

/**
 * Writes `checkpoints` safetensors files of 200 MB each, a random walk in weights, and returns their paths. The
 * numbers matter less than their size: one block of noise is shifted from checkpoint to checkpoint.
 */
export const writeSyntheticSeries = async (folder: string, checkpoints: number): Promise<string[]> => {
  const noise = Float32Array.from({ length: 2 * pieceNumbers }, () => Math.random() - 0.5);
  const paths: string[] = [];
  for (let t = 0; t < checkpoints; t++) {
    const path = join(folder, `step_${String(t * 100).padStart(6, '0')}.safetensors`);
    await writeCheckpoint(path, t, noise);
    paths.push(path);
  }
  return paths;
};

const writeCheckpoint = async (path: string, t: number, noise: Float32Array): Promise<void> => {
  const header: Record<string, { dtype: 'F32'; shape: number[]; data_offsets: [number, number] }> = {};
  let numbers = 0;
  for (let layer = 0; layer < layers; layer++) {
    for (const [name, rows, columns] of layerShapes) {
      const bytes = [4 * numbers, 4 * (numbers + rows * columns)] as [number, number];
      header[`model.layers.${layer}.${name}.weight`] = {
        dtype: 'F32',
        shape: [rows, columns],
        data_offsets: bytes,
      };
      numbers += rows * columns;
    }
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const file = await open(path, 'w');
  try {
    await file.write(Buffer.concat([length, padded]));
    const piece = new Float32Array(pieceNumbers);
    for (let at = 0; at < numbers; at += pieceNumbers) {
      const count = Math.min(pieceNumbers, numbers - at);
      const base = (at * 7) % pieceNumbers;
      const moved = (at * 13 + t * 4099) % pieceNumbers;
      for (let i = 0; i < count; i++) piece[i] = noise[base + i]! + 0.01 * Math.sqrt(t) * noise[moved + i]!;
      await file.write(new Uint8Array(piece.buffer, 0, 4 * count));
    }
  } finally {
    await file.close();
  }
};
