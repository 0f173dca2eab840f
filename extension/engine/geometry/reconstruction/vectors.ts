/** x · y of equally long vectors. */
export const dot = (x: Float32Array | Float64Array, y: Float32Array | Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
};

/** target += factor · x. */
export const addInto = (target: Float64Array, factor: number, x: Float32Array | Float64Array): void => {
  for (let i = 0; i < target.length; i++) target[i]! += factor * x[i]!;
};
