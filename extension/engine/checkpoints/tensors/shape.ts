import { malformed, quote } from '../bytes/fileErrors.js';

/** More axes than any framework allows (NumPy 64, PyTorch 64, ONNX and GGUF fewer). */
const MOST_AXES = 64;

/**
 * The product of a shape read from a file: 1 for a scalar, 0 where an axis is empty.
 * @throws GeometryError `malformed-file` for a negative, fractional or overflowing dimension or product.
 */
export const elementCount = (file: string, tensor: string, shape: readonly number[]): number => {
  const refuse = (reason: string): never => {
    throw malformed(file, `tensor ${quote(tensor)} has ${reason}`);
  };
  if (shape.length > MOST_AXES) refuse(`${shape.length} axes`);
  let product = 1;
  for (const dimension of shape) {
    if (dimension < 0 || Object.is(dimension, -0)) refuse(`a negative dimension (${dimension})`);
    if (!Number.isSafeInteger(dimension)) refuse(`a dimension that is not a countable number (${dimension})`);
    // Without the cap, [2^53 - 1, 2^53 - 1, 0] would overflow before the zero is met.
    if (product > 0 && dimension > 0 && !Number.isSafeInteger(product * dimension)) {
      refuse(`a shape that overflows ([${shape.join(', ')}])`);
    }
    product *= dimension;
  }
  return product;
};
