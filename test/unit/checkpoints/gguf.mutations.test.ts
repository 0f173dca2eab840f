import { readFile } from 'node:fs/promises';
import { it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { formatFixture } from './expectedFigures.js';
import {
  expectHarmless,
  mutateAndOpen,
  mutationCount,
  structuralMutators,
  type Mutator,
} from './mutations.js';

/** Overwrites one of the numbers that follow a name: its length, axes, dimensions, type, offset. */
const numbersNearNames: Mutator = (bytes, choices) => {
  const names = Array.from(bytes.toString('latin1').matchAll(/[a-z][a-z_0-9.]{4,}/g));
  if (names.length === 0) return bytes;
  const name = choices.pick(names);
  const at = choices.pick([name.index - 8, name.index + name[0].length + 4 * choices.below(10)]);
  const values = [0, 1, 2, 3, 8, 9, 24, 30, 31, 32, 33, 64, 255, 2 ** 16, 2 ** 31 - 1, 2 ** 32 - 1];
  if (at >= 0 && at + 4 <= bytes.length) bytes.writeUInt32LE(choices.pick(values), at);
  return bytes;
};

const counts: Mutator = (bytes, choices) => {
  const at = choices.pick([4, 8, 12, 16, 20]);
  if (at + 4 <= bytes.length)
    bytes.writeUInt32LE(choices.pick([0, 1, 2, 3, 4, 0xffff, 0x1000000, 0xffffffff]), at);
  return bytes;
};

it('GGUF holds against mutated and cut files', async () => {
  const seeds = [await readFile(formatFixture('model.gguf'))];
  const mutators = [...structuralMutators(480), numbersNearNames, numbersNearNames, numbersNearNames, counts];
  expectHarmless(
    'gguf',
    await mutateAndOpen({ ending: '.gguf', open: openCheckpoint }, seeds, mutators, mutationCount),
  );
}, 900_000);
