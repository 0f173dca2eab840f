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
import { DataType, externalTensor, onnxModel } from './onnxModels.js';

/** Changes a tag or a length of the protobuf: the small bytes before names and lists. */
const tagsAndLengths: Mutator = (bytes, choices) => {
  const small = Array.from(bytes.keys()).filter((at) => bytes[at]! < 0x80);
  if (small.length === 0) return bytes;
  const tags = [
    0x08, 0x10, 0x22, 0x25, 0x2a, 0x28, 0x32, 0x3a, 0x42, 0x4a, 0x52, 0x6a, 0x70, 0x7a, 0x0b, 0x0f, 0, 1,
    0x7f,
  ];
  bytes[choices.pick(small)] = choices.pick(tags);
  return bytes;
};

/** Turns a small varint into a longer spelling, an endless one, or a huge one. */
const varints: Mutator = (bytes, choices) => {
  const at = choices.below(bytes.length + 1);
  const spelling = choices.pick([
    [0x80, 0x00],
    Array<number>(12).fill(0xff),
    [...Array<number>(9).fill(0xff), 0x01],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x80, 0x80, 0x80, 0x80, 0x10],
  ]);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(spelling), bytes.subarray(at + 1)]);
};

it('ONNX holds against mutated and cut files', async () => {
  const typed = onnxModel([
    { name: 'floats', dataType: DataType.FLOAT, dims: [2n, 2n], floatData: [1, 2, 3, 4] },
    { name: 'halves', dataType: DataType.FLOAT16, dims: [3n], int32Data: [0x3c00, 0x4000, 0xc000] },
    { name: 'longs', dataType: DataType.INT64, dims: [3n], int64Data: [-1n, 0n, 2n ** 50n] },
    { name: 'doubles', dataType: DataType.DOUBLE, dims: [1n], doubleData: [0.5] },
    externalTensor('external', [1n], { location: 'mutant.onnx', offset: '4', length: '4' }),
  ]);
  const seeds = [await readFile(formatFixture('model.onnx')), typed, typed];
  const mutators = [...structuralMutators(400), tagsAndLengths, tagsAndLengths, varints, varints];
  expectHarmless(
    'onnx',
    await mutateAndOpen({ ending: '.onnx', open: openCheckpoint }, seeds, mutators, mutationCount),
  );
}, 900_000);
