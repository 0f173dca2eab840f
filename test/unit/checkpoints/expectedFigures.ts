import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { GeometryError } from '../../../extension/contract/errors.js';
import type { Checkpoint } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';

export const formatFixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/formats/${name}`, import.meta.url));

export interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sum?: number;
  readonly sumsq?: number;
}

/** What PyTorch, NumPy and safetensors gave for each file of the fixtures. */
export const expectedFigures = JSON.parse(readFileSync(formatFixture('expected.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, ExpectedTensor>>>
>;

/** All values of a tensor, read in pieces of an odd length. */
export const readInPieces = async (
  checkpoint: Checkpoint,
  name: string,
  elements: number,
  piece = 7,
): Promise<Float64Array> => {
  const values = new Float64Array(elements);
  const into = new Float64Array(piece);
  for (let start = 0; start < elements; start += piece) {
    const length = Math.min(piece, elements - start);
    values.set((await checkpoint.read(name, start, length, into)).subarray(0, length), start);
  }
  return values;
};

/** States that a checkpoint has exactly the expected tensors with their types, shapes and values. */
export const expectFigures = async (
  checkpoint: Checkpoint,
  expected: Readonly<Record<string, ExpectedTensor>>,
): Promise<void> => {
  expect(checkpoint.tensors.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
  for (const tensor of checkpoint.tensors) {
    const figures = expected[tensor.name]!;
    expect({ dtype: tensor.dtype, shape: tensor.shape }).toEqual({
      dtype: figures.dtype,
      shape: figures.shape,
    });
    expect(tensor.elements).toBe(tensor.shape.reduce((product, dimension) => product * dimension, 1));
    // Quantised types are dequantised; the figures have their names and shapes alone.
    expect(tensor.readable).toBe(figures.sum !== undefined || tensor.computed !== undefined);
    if (figures.sum === undefined || figures.sumsq === undefined) continue;
    const values = await readInPieces(checkpoint, tensor.name, tensor.elements);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(figures.sum, 9);
    expect(values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(figures.sumsq, 9);
  }
};

/** The error that opening gives: one line that names the file. */
export const refusal = async (opening: Promise<Checkpoint>, file: string): Promise<GeometryError> => {
  const thrown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof GeometryError))
    throw new Error('not refused by a GeometryError', { cause: thrown });
  expect(thrown.message).toContain(file);
  expect(thrown.message).not.toMatch(/[\r\n]/);
  return thrown;
};
