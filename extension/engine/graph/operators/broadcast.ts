import { applyOne, elementCount, sameShape, type Shape, type Tensor } from '../tensor.js';
import { expandOperator } from './input.js';
import { reduceSum } from './reduction.js';
import { reshape } from './layout.js';

/** Shape of an elementwise result by the rule of NumPy and ONNX, or nothing where the shapes do not fit. */
export const broadcastShape = (a: Shape, b: Shape): Shape | undefined => {
  const rank = Math.max(a.length, b.length);
  const sides: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    sides.push(left === 1 ? right : left);
  }
  return sides;
};

/** The sum over the axes along which a tensor of shape `shape` was repeated: the gradient of repeating it. */
export const reduceTo = (tensor: Tensor, shape: Shape): Tensor => {
  if (sameShape(tensor.shape, shape)) return tensor;
  const lead = tensor.shape.length - shape.length;
  const axes = tensor.shape.flatMap((side, axis) =>
    (shape[axis - lead] ?? 1) === 1 && side > 1 ? [axis] : [],
  );
  const summed = axes.length === 0 ? tensor : reduceSum(tensor, axes);
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape);
};

/** What an Expand repeats; elementwise operators repeat by themselves, without filling memory. */
export const unexpanded = (tensor: Tensor): Tensor =>
  tensor.node.operator === expandOperator ? tensor.node.inputs[0]! : tensor;

export const expand = (tensor: Tensor, shape: Shape): Tensor =>
  sameShape(tensor.shape, shape)
    ? tensor
    : elementCount(tensor.shape) === elementCount(shape)
      ? reshape(tensor, shape)
      : applyOne(expandOperator, [tensor], { shape });
