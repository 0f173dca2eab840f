import { GeometryError } from '../../contract/errors.js';
import type { TensorInfo } from '../checkpoints/tensors/checkpoint.js';
import type { Parameter } from '../models/parameters.js';

/**
 * Checks that a checkpoint holds every parameter of the described model in its shape; other tensors are
 * ignored.
 * @throws GeometryError `invalid-descriptor` naming the first missing one.
 */
export const requireFit = (
  parameters: readonly Parameter[],
  tensors: readonly Pick<TensorInfo, 'name' | 'shape'>[],
): void => {
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape.join(' × ')]));
  for (const { name, shape } of parameters) {
    const found = shapes.get(name);
    const needed = shape.join(' × ');
    if (found === needed) continue;
    throw new GeometryError(
      'invalid-descriptor',
      `The model descriptor does not fit the checkpoints: its model has ${name} (${needed}), but ${found === undefined ? 'they have no such tensor' : `theirs is ${found}`}.`,
    );
  }
};

/**
 * One row of weights in the model's order, from values by tensor name; other tensors are ignored.
 * @throws GeometryError `invalid-descriptor` naming the first parameter without values, or with a wrong number
 * of them.
 */
export const weightRow = (
  parameters: readonly Parameter[],
  weights: ReadonlyMap<string, ArrayLike<number>>,
): Float32Array => {
  const row = new Float32Array(parameters.reduce((sum, { elements }) => sum + elements, 0));
  for (const { name, offset, elements } of parameters) {
    const values = weights.get(name);
    if (values?.length !== elements) {
      throw new GeometryError(
        'invalid-descriptor',
        `The model descriptor does not fit the checkpoints: its model has ${elements} values in ${name}, but ${values === undefined ? 'they have no such tensor' : `theirs has ${values.length}`}.`,
      );
    }
    row.set(values, offset);
  }
  return row;
};
