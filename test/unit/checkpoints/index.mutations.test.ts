import { readFile } from 'node:fs/promises';
import { it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { formatFixture } from './expectedFigures.js';
import {
  expectHarmless,
  mutateAndOpen,
  mutationCount,
  structuralMutators,
  textMutator,
} from './mutations.js';

const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
const fixture = (name: string): Promise<Buffer> => readFile(formatFixture(`trainer/checkpoint-100/${name}`));

it('the index of a sharded checkpoint holds against mutated and cut files', async () => {
  const seeds = [await fixture('model.safetensors.index.json')];
  const beside = Object.fromEntries(
    await Promise.all(shards.map(async (name) => [name, await fixture(name)] as const)),
  );
  const replacements = [
    ...shards,
    '..',
    '../a',
    '/etc/passwd',
    '.',
    'mutant.safetensors.index.json',
    '__proto__',
    '',
  ];
  const mutators = [
    ...structuralMutators(300),
    textMutator(/"[^"]*"/g, [
      ...replacements.map((name) => JSON.stringify(name)),
      'null',
      '1',
      '[]',
      '{}',
      '"\\u0000"',
    ]),
    textMutator(/model-[\w.-]+/g, replacements),
    textMutator(/[{}[\],:"]/g, ['{', '}', '[', ']', ',', ':', '"', '']),
  ];
  const format = { ending: '.safetensors.index.json', open: openCheckpoint, beside };
  expectHarmless('index', await mutateAndOpen(format, seeds, mutators, mutationCount));
}, 900_000);
