import type { StoredTensor } from './storedTensors.js';

/** Weights by the names of Keras, in its archives and before, and of Flax: other programs have the outputs in the first dimension. */
const kernel = /^(?:model|optimizer)_weights\/|(?:^|\/)vars\/\d+$|(?:^|\/|_)kernel(?::\d+)?$/;

/** Projections of attention have the heads and what each has of them in their last two dimensions. */
const projection = /(?:^|\/)(?:query|key|value)(?:_dense)?\//;
const bias = /(?:^|\/|_)bias(?::\d+)?$|(?:query|key|value)_dense\/vars\/1$/;

/** How tensors of Keras and Flax are matrices: outputs come last, height × width × in × out or in × heads × size. */
export const outputsLast = (tensor: StoredTensor): StoredTensor => {
  const { name, shape, elements } = tensor;
  if (elements === 0) return tensor;
  if (shape.length > 1 && bias.test(name)) return { ...tensor, shape: [elements] };
  if (shape.length < 3 || !kernel.test(name)) return tensor;
  const last = shape.length === 3 && projection.test(name) ? 2 : 1;
  const columns = shape.slice(-last).reduce((product, size) => product * size, 1);
  const says = last === 1 ? 'the last dimension as columns' : 'the last two dimensions as columns';
  return {
    ...tensor,
    shape: [elements / columns, columns],
    ...(tensor.unmeasured === undefined ? { computed: `${shape.join(' × ')}, ${says}` } : {}),
  };
};
