import {
  applyOne,
  elementCount,
  sameShape,
  shapeError,
  type Operator,
  type Shape,
  type Tensor,
} from '../tensor.js';
import { expand } from './broadcast.js';
import { scalarLike } from './input.js';

export const reshapeOperator: Operator<{ readonly shape: Shape }> = {
  name: 'Reshape',
  infer: (inputs, { shape }) => {
    if (elementCount(inputs[0]!.shape) !== elementCount(shape)) {
      throw shapeError('Reshape', inputs, `it has not the elements of [${shape.join(', ')}]`);
    }
    return [{ dtype: inputs[0]!.dtype, shape }];
  },
  emit: (emission, { shape }) => {
    emission.add(
      'Reshape',
      [emission.inputs[0]!, emission.constant('int64', [shape.length], shape)],
      emission.outputs,
    );
  },
  gradient: ({ inputs, upstream }) => [reshape(upstream, inputs[0]!.shape)],
};

export const reshape = (tensor: Tensor, shape: Shape): Tensor =>
  sameShape(tensor.shape, shape)
    ? tensor
    : tensor.node.operator === reshapeOperator
      ? reshape(tensor.node.inputs[0]!, shape)
      : applyOne(reshapeOperator, [tensor], { shape });

export const transposeOperator: Operator<{ readonly order: readonly number[] }> = {
  name: 'Transpose',
  infer: (inputs, { order }) => {
    const { dtype, shape } = inputs[0]!;
    if (order.length !== shape.length || new Set(order).size !== order.length) {
      throw shapeError('Transpose', inputs, `[${order.join(', ')}] is not an order of its axes`);
    }
    return [{ dtype, shape: order.map((axis) => shape[axis]!) }];
  },
  emit: (emission, { order }) =>
    emission.add('Transpose', emission.inputs, emission.outputs, { perm: { ints: order } }),
  gradient: ({ upstream, attributes: { order } }) => [
    transpose(
      upstream,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
};

export const transpose = (tensor: Tensor, order: readonly number[]): Tensor =>
  applyOne(transposeOperator, [tensor], { order });

interface SplitAttributes {
  readonly axis: number;
  readonly sizes: readonly number[];
}

export const splitOperator: Operator<SplitAttributes> = {
  name: 'Split',
  infer: (inputs, { axis, sizes }) => {
    const { dtype, shape } = inputs[0]!;
    if (elementCount([sizes.reduce((a, b) => a + b, 0)]) !== shape[axis]) {
      throw shapeError('Split', inputs, `[${sizes.join(', ')}] does not add up to axis ${axis}`);
    }
    return sizes.map((size) => ({ dtype, shape: shape.with(axis, size) }));
  },
  emit: (emission, { axis, sizes }) => {
    emission.add(
      'Split',
      [emission.inputs[0]!, emission.constant('int64', [sizes.length], sizes)],
      emission.outputs,
      { axis: { int: axis } },
    );
  },
  gradient: ({ outputs, upstreams, attributes: { axis } }) => [
    concat(
      upstreams.map((upstream, i) => upstream ?? expand(scalarLike(outputs[i]!, 0), outputs[i]!.shape)),
      axis,
    ),
  ],
};

/** A WebGPU shader may use 12 storage buffers: pieces are cut and joined at most so many at a time, in levels. */
const PIECES = 7;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const groupsOf = <Item>(items: readonly Item[]): Item[][] => {
  const perGroup = Math.max(PIECES, Math.ceil(items.length / PIECES));
  const groups: Item[][] = [];
  for (let i = 0; i < items.length; i += perGroup) groups.push(items.slice(i, i + perGroup));
  return groups;
};

const axisOf = (tensor: Tensor, axis: number): number => (axis < 0 ? axis + tensor.shape.length : axis);

/** Cuts along an axis (negative: from the last) into pieces of these sizes. */
export const split = (tensor: Tensor, axis: number, sizes: readonly number[]): readonly Tensor[] => {
  if (sizes.length === 1) return [tensor];
  const at = axisOf(tensor, axis);
  if (sizes.length <= PIECES) {
    return tensor.graph.apply(splitOperator, [tensor], { axis: at, sizes });
  }
  const groups = groupsOf(sizes);
  return split(tensor, at, groups.map(sum)).flatMap((piece, i) => split(piece, at, groups[i]!));
};

export const concatOperator: Operator<{ readonly axis: number }> = {
  name: 'Concat',
  infer: (inputs, { axis }) => {
    const [{ dtype, shape }] = inputs as [Tensor];
    for (const other of inputs) {
      if (other.dtype !== dtype || !sameShape(other.shape.with(axis, 0), shape.with(axis, 0))) {
        throw shapeError('Concat', inputs, `they differ elsewhere than on axis ${axis}`);
      }
    }
    return [{ dtype, shape: shape.with(axis, sum(inputs.map((tensor) => tensor.shape[axis]!))) }];
  },
  emit: (emission, { axis }) =>
    emission.add('Concat', emission.inputs, emission.outputs, { axis: { int: axis } }),
  gradient: ({ inputs, upstream, attributes: { axis } }) =>
    split(
      upstream,
      axis,
      inputs.map((tensor) => tensor.shape[axis]!),
    ),
};

/** Joins along an axis (negative: from the last). */
export const concat = (tensors: readonly Tensor[], axis: number): Tensor => {
  if (tensors.length === 1) return tensors[0]!;
  const at = axisOf(tensors[0]!, axis);
  return tensors.length <= PIECES
    ? applyOne(concatOperator, tensors, { axis: at })
    : concat(
        groupsOf(tensors).map((group) => concat(group, at)),
        at,
      );
};
