import { GeometryError } from '../../../contract/errors.js';
import { sha256Of } from '../../../disk/digest.js';
import { openCheckpoint } from '../../checkpoints/openCheckpoint.js';
import type { WrittenTensor } from '../run/safetensorsWriter.js';
import type { Floats } from '../run/trainerState.js';
import type { TrainingEngine } from './trainingEngine.js';

export interface InitialWeights {
  readonly weights: Floats;
  /** Of the checkpoint's files, one after the other. */
  readonly sha256: string;
}

/**
 * A row of weights read from any checkpoint by PyTorch's names; tensors that the model does not have are left out.
 * @throws GeometryError `invalid-argument` when a tensor is missing or has another shape, and what reading throws.
 */
export const weightsFromCheckpoint = async (
  path: string,
  engine: TrainingEngine,
): Promise<InitialWeights> => {
  const weights = engine.initialWeights(0);
  // The tensors are views of the row: filling them fills it.
  return { weights, sha256: await fillFromCheckpoint(path, engine.tensors(weights)) };
};

/**
 * Fills tensors from a checkpoint by their names; those that they do not have are left out.
 * @returns SHA-256 of the checkpoint's files, one after the other.
 * @throws GeometryError as {@link weightsFromCheckpoint} does.
 */
export const fillFromCheckpoint = async (
  path: string,
  tensors: readonly WrittenTensor[],
): Promise<string> => {
  const checkpoint = await openCheckpoint(path);
  try {
    for (const { name, shape, data } of tensors) {
      const found = checkpoint.tensors.find((tensor) => tensor.name === name);
      if (found === undefined) {
        throw new GeometryError('invalid-argument', `${path} has no tensor ${JSON.stringify(name)}.`);
      }
      if (found.shape.join() !== shape.join()) {
        throw new GeometryError(
          'invalid-argument',
          `Tensor ${JSON.stringify(name)} of ${path} is ${found.shape.join(' × ')}; the run's model needs ${shape.join(' × ')}.`,
        );
      }
      data.set(await checkpoint.read(name, 0, found.elements));
    }
    return await sha256Of(checkpoint.files.map((file) => file.path));
  } finally {
    await checkpoint.close();
  }
};
