import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { formatFixture } from './expectedFigures.js';
import { cutAndOpen, expectHarmless, mutationCount } from './mutations.js';

const stride = mutationCount >= 20_000 ? 1 : 37;

/** GGUF pads after the last tensor; an ONNX model may end after its graph, before its operator sets. */
const soundPrefixes: Readonly<Record<string, number>> = { 'model.gguf': 31, 'model.onnx': 8 };

it.each([
  'dtypes.safetensors',
  'plain.npz',
  'compressed.npz',
  'fortran.npy',
  'model.gguf',
  'model.onnx',
  'state_dict.pt',
  'legacy.pth',
])(
  '%s cut anywhere is refused',
  async (name) => {
    const format = { ending: extname(name), open: openCheckpoint };
    const figures = await cutAndOpen(format, [await readFile(formatFixture(name))], stride);
    expectHarmless(`cut ${name}`, figures);
    expect(figures.accepted).toBeLessThanOrEqual(soundPrefixes[name] ?? 0);
  },
  300_000,
);
