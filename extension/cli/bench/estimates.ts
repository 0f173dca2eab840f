import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { openCheckpoint } from '../../engine/checkpoints/openCheckpoint.js';
import { seededRandom } from '../../engine/ground/seededRandom.js';
import type { Estimate } from '../../engine/linalg/estimates.js';
import { estimateSpectrum } from '../../engine/linalg/estimates.js';
import { tensorOperator } from '../../engine/series/tensorOperator.js';
import type { Bench, Measurement } from './bench.js';

const shapes = [
  { rows: 8192, columns: 8192 },
  { rows: 4096, columns: 11008 },
];
const BUDGET_MS = 8000;
const TENSOR = 'weight';

/** Estimates for matrices of a language model's shapes, with singular values known by construction. */
export const estimatesBench: Bench = {
  name: 'estimates',
  summary: 'estimates of bfloat16 matrices of known spectra, read from safetensors in pieces',
  async run({ say, temporaryFolder }) {
    const measurements: Measurement[] = [];
    for (const { rows, columns } of shapes) {
      const name = `${rows} × ${columns} bfloat16`;
      say(`writing ${name}`);
      const file = path.join(temporaryFolder, `${rows}x${columns}.safetensors`);
      const truth = await writeKnownSpectrum(file, rows, columns);
      const checkpoint = await openCheckpoint(file);
      const start = performance.now();
      const estimate = await estimateSpectrum(tensorOperator(checkpoint, TENSOR), { budgetMs: BUDGET_MS });
      const seconds = (performance.now() - start) / 1000;
      await checkpoint.close();
      await rm(file);
      const statements = Object.entries(truth).map(([quantity, value]) =>
        statement(quantity, estimate[quantity as keyof typeof truth], value),
      );
      const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
      measurements.push({
        name,
        unit: 's',
        ours: seconds,
        aim: 'at most 10 s and 400 MB, every bound holds',
        note: `${statements.join('; ')}; peak memory ${megabytes} MB`,
      });
    }
    return measurements;
  },
};

const statement = (quantity: string, { low, high }: Estimate, truth: number): string => {
  const rounding = 1e-10 * truth;
  const holds = low <= truth + rounding && truth - rounding <= high;
  return `${quantity} ${truth.toPrecision(5)} ${holds ? 'within' : 'OUTSIDE'} [${low.toPrecision(5)}, ${high.toPrecision(5)}]`;
};

/**
 * Whether an entry of the Hadamard matrix of order 2^k is −1: the parity of the common one bits of row and
 * column.
 */
const isNegative = (row: number, column: number): boolean => {
  let shared = row & column;
  shared ^= shared >> 8;
  shared ^= shared >> 4;
  shared ^= shared >> 2;
  return ((shared ^ (shared >> 1)) & 1) === 1;
};

/**
 * Writes H·diag(s), H the Hadamard matrix with as many rows (a power of two), its columns shuffled among zero columns:
 * powers of two are exact in bfloat16, so the singular values are √rows · s to the last bit.
 */
const writeKnownSpectrum = async (file: string, rows: number, columns: number) => {
  const scales = Float64Array.from({ length: rows }, (_, i) =>
    i < 4 ? [8, 4, 4, 2][i]! : 2 ** -Math.floor((6 * i) / rows),
  );
  const random = seededRandom(1);
  const places = [...Array(columns).keys()];
  for (let i = columns - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [places[i], places[other]] = [places[other]!, places[i]!];
  }
  const bytes = 2 * rows * columns;
  const header = JSON.stringify({
    [TENSOR]: { dtype: 'BF16', shape: [rows, columns], data_offsets: [0, bytes] },
  });
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(header.length));
  const output = await open(file, 'w');
  await output.write(Buffer.concat([head, Buffer.from(header)]));
  const bits = Uint16Array.from(scales, (value) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16);
  const line = new Uint16Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < rows; i++) line[places[i]!] = bits[i]! | (isNegative(row, i) ? 0x8000 : 0);
    await output.write(line);
  }
  await output.close();
  const values = scales.map((value) => value * Math.sqrt(rows));
  const total = values.reduce((sum, value) => sum + value, 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  const entropy = -values.reduce((sum, value) => sum + (value / total) * Math.log(value / total), 0);
  const spectralNorm = Math.max(...values);
  return {
    spectralNorm,
    stableRank: squares / spectralNorm ** 2,
    nuclearNorm: total,
    effectiveRank: Math.exp(entropy),
  };
};
