import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Weights = Record<
  string,
  { readonly shape: readonly number[]; readonly values: readonly number[] }
>;

/** A safetensors file of float32 tensors. */
export const writeSafetensors = (path: string, weights: Weights): void => {
  let offset = 0;
  const header = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => {
      const start = offset;
      offset += 4 * values.length;
      return [name, { dtype: 'F32', shape, data_offsets: [start, offset] }];
    }),
  );
  const text = JSON.stringify(header);
  const head = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  const data = Float32Array.from(Object.values(weights).flatMap(({ values }) => values));
  writeFileSync(path, Buffer.concat([length, head, Buffer.from(data.buffer)]));
};

/** A temporary folder with one checkpoint per step, and the way to remove it. */
export const seriesFolder = (steps: Record<number, Weights>): { folder: string; remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  for (const [step, weights] of Object.entries(steps)) {
    writeSafetensors(join(folder, `step_${step.padStart(4, '0')}.safetensors`), weights);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};
