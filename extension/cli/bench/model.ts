import { open } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { inspectSettingsSchema } from '../../contract/report.js';
import { seededRandom } from '../../engine/ground/seededRandom.js';
import { inspect } from '../../engine/inspection/inspect.js';
import type { Bench, Measurement } from './bench.js';

const layers = 22;
const d = 2048;
const dFf = 5632;
const vocabulary = 32_000;

/** Tensors of a model of 1.1 billion parameters: names, and sizes as `transformers` has them. */
const tensors: readonly (readonly [name: string, shape: readonly number[]])[] = [
  ['model.embed_tokens.weight', [vocabulary, d]],
  ...Array.from({ length: layers }, (_, layer) =>
    (
      [
        ['self_attn.q_proj', [d, d]],
        ['self_attn.k_proj', [d / 8, d]],
        ['self_attn.v_proj', [d / 8, d]],
        ['self_attn.o_proj', [d, d]],
        ['mlp.gate_proj', [dFf, d]],
        ['mlp.up_proj', [dFf, d]],
        ['mlp.down_proj', [d, dFf]],
        ['input_layernorm', [d]],
        ['post_attention_layernorm', [d]],
      ] as const
    ).map(([name, shape]) => [`model.layers.${layer}.${name}.weight`, shape] as const),
  ).flat(),
  ['model.norm.weight', [d]],
  ['lm_head.weight', [vocabulary, d]],
];

/** A whole inspection of one large checkpoint, with the time to its first numbers. */
export const modelBench: Bench = {
  name: 'model',
  summary: 'a whole inspection of a made model of 1.1 billion bfloat16 parameters, and its first numbers',
  async run({ say, temporaryFolder }) {
    const file = path.join(temporaryFolder, 'model.safetensors');
    say(`writing ${tensors.length} tensors`);
    await writeModel(file);
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    const before = process.cpuUsage();
    const first: { numbers?: number; spectrum?: number } = {};
    let [exact, estimated] = [0, 0];
    await inspect(
      { path: file, settings: v.parse(inspectSettingsSchema, {}) },
      {
        signal: new AbortController().signal,
        onAddition: ({ distributions = [], spectra = [] }) => {
          if (distributions.length > 0) first.numbers ??= seconds();
          if (spectra.length > 0) first.spectrum ??= seconds();
          const own = spectra.filter((entry) => entry.exact).length;
          exact += own;
          estimated += spectra.length - own;
        },
        onProgress: ({ text }) => say(`${seconds().toFixed(0)} s: ${text}`),
      },
    );
    const whole = seconds();
    const { user, system } = process.cpuUsage(before);
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    const said = (at: number | undefined): string => (at === undefined ? 'no time' : `${at.toFixed(1)} s`);
    const measured = (name: string, value: number, aim: string, note: string): Measurement => ({
      ...{ name, unit: 's', ours: value, aim, note },
    });
    return [
      measured(
        'inspection of 1.1 billion bfloat16 parameters',
        whole,
        'at most 90 s on two cores, under 1 GB',
        `${exact} spectra exact, ${estimated} estimated; peak memory ${megabytes} MB; cores at work ${((user + system) / 1e6 / whole).toFixed(2)}`,
      ),
      measured(
        'its first numbers',
        Math.min(first.numbers ?? Infinity, first.spectrum ?? Infinity),
        'at most 3 s',
        `distributions after ${said(first.numbers)}, a spectrum of 2048 × 2048, exact, after ${said(first.spectrum)}`,
      ),
    ];
  },
};

const POOL = 1 << 22;

/** Noise of standard deviation .02 with one direction of rank one in every matrix. */
const writeModel = async (file: string): Promise<void> => {
  const random = seededRandom(1);
  const noise = Float32Array.from({ length: POOL + vocabulary }, () => 0.02 * random.normal());
  const elements = tensors.map(([, shape]) => shape.reduce((product, side) => product * side, 1));
  let at = 0;
  const entries = tensors.map(([name, shape], i) => {
    const data_offsets = [at, (at += 2 * elements[i]!)];
    return [name, { dtype: 'BF16', shape, data_offsets }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(header.length));
  const output = await open(file, 'wx');
  try {
    await output.write(Buffer.concat([head, header]));
    for (const [, shape] of tensors) {
      const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : (shape as readonly [number, number]);
      const along = Float32Array.from({ length: columns }, () => 0.02 * random.normal());
      const line = new Float32Array(columns);
      const bits = new Uint32Array(line.buffer);
      const perWrite = Math.max(1, Math.min(rows, Math.floor(POOL / columns)));
      const halves = new Uint16Array(perWrite * columns);
      for (let row = 0; row < rows; row += perWrite) {
        const count = Math.min(perWrite, rows - row);
        for (let i = 0; i < count; i++) {
          const from = random.below(POOL);
          const factor = random.normal();
          for (let j = 0; j < columns; j++) line[j] = noise[from + j]! + factor * along[j]!;
          for (let j = 0; j < columns; j++) halves[i * columns + j] = bits[j]! >>> 16;
        }
        await output.write(halves.subarray(0, count * columns));
      }
    }
  } finally {
    await output.close();
  }
};
