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
  type Mutator,
} from './mutations.js';

const read = (...names: string[]): Promise<Buffer[]> =>
  Promise.all(names.map((name) => readFile(formatFixture(name))));

/** Keeps the header's length where it can, so that the damage reaches the parser of the dictionary. */
const sameLength = (pattern: RegExp, replacements: readonly string[]): Mutator => {
  const replace = textMutator(pattern, replacements);
  return (bytes, choices) => {
    const changed = replace(bytes, choices);
    return changed.length <= bytes.length
      ? Buffer.concat([changed, bytes.subarray(changed.length)])
      : changed.subarray(0, bytes.length);
  };
};

const headerMutators = [
  sameLength(/[<>|][a-z]\d/g, ['<f8', '>f4', '<f2', '|O8', '<c8', '|b1', '<i8', '>u2', '|V2', '<U3', '<f3']),
  sameLength(/True|False/g, ['True', 'False', 'None ', '1']),
  sameLength(/\d+/g, ['0', '1', '9', '99999999999999999999', '-1', '1.5', '3L']),
  textMutator(/[{}(),:']/g, ['{', '}', '(', ')', '[', ']', ',', ':', "'", '"', '']),
];

const END_OF_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1');
const DIRECTORY_ENTRY = Buffer.from('PK\x01\x02', 'latin1');
const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');

/** Overwrites a field of a zip record: sizes, offsets, methods, counts, flags. */
const zipMutator =
  (signature: Buffer, recordBytes: number): Mutator =>
  (bytes, choices) => {
    const places: number[] = [];
    for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 4)) places.push(at);
    if (places.length === 0) return bytes;
    const at = choices.pick(places) + 4 + choices.below(recordBytes - 4);
    const values = [0, 1, 8, 9, 0x7f, 0xff, choices.below(256)];
    for (let i = choices.pick([1, 2, 4]); i > 0 && at + i <= bytes.length; i--)
      bytes[at + i - 1] = choices.pick(values);
    return bytes;
  };

it('npy holds against mutated and cut files', async () => {
  const mutators = [...structuralMutators(128), ...headerMutators, ...headerMutators];
  const seeds = await read('fortran.npy', 'object.npy');
  expectHarmless(
    'npy',
    await mutateAndOpen({ ending: '.npy', open: openCheckpoint }, seeds, mutators, mutationCount),
  );
}, 900_000);

it('npz holds against mutated and cut files', async () => {
  const zipMutators = [
    zipMutator(END_OF_DIRECTORY, 22),
    zipMutator(DIRECTORY_ENTRY, 46),
    zipMutator(DIRECTORY_ENTRY, 46),
    zipMutator(LOCAL_HEADER, 30),
  ];
  const mutators = [...structuralMutators(1300), ...headerMutators, ...zipMutators, ...zipMutators];
  const seeds = await read('plain.npz', 'compressed.npz');
  expectHarmless(
    'npz',
    await mutateAndOpen({ ending: '.npz', open: openCheckpoint }, seeds, mutators, mutationCount),
  );
}, 900_000);
