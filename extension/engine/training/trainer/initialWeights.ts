import { GeometryError } from '../../../contract/errors.js';
import { sha256Of } from '../../../disk/digest.js';
import { openCheckpoint } from '../../checkpoints/openCheckpoint.js';
import type { WrittenTensor } from '../run/safetensorsWriter.js';
import type { Floats } from '../run/trainerState.js';
import type { TrainingEngine } from './trainingEngine.js';

export interface InitialWeights {
  readonly weights: Floats;
  /** SHA-256 of the checkpoint's files, concatenated. */
  readonly sha256: string;
}

/**
 * A row of weights from any checkpoint, by PyTorch's names; other tensors are ignored.
 * @throws GeometryError `invalid-argument` if a tensor is missing or has another shape, and errors of reading.
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
 * Fills tensors from a checkpoint by name; other tensors are ignored.
 * @returns SHA-256 of the checkpoint's files, concatenated.
 * @throws GeometryError as {@link weightsFromCheckpoint}.
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
