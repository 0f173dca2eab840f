import { philox } from './tasks/philox.js';
import type { InitialLaw, Parameter } from './parameters.js';

/** Numbers of one parameter: uniform in [0, 1) with 24 bits, and in (0, 1]. */
const uniforms = (seed: number, parameter: number, count: number): Float64Array => {
  const words = new Uint32Array(4);
  const drawn = new Float64Array(count + (count % 2));
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  for (let i = 0; i < drawn.length; i++) {
    if (i % 4 === 0) philox(key, [i / 4, parameter, 0x1217, 0], words);
    drawn[i] = (words[i % 4]! >>> 8) / 2 ** 24;
  }
  return drawn;
};

const laws: {
  readonly [Law in InitialLaw['law']]: (
    law: Extract<InitialLaw, { law: Law }>,
    into: Float32Array,
    draw: () => Float64Array,
  ) => void;
} = {
  constant: ({ value }, into) => into.fill(value),
  uniform: ({ bound }, into, draw) =>
    into.set(
      draw()
        .subarray(0, into.length)
        .map((u) => (2 * u - 1) * bound),
    ),
  // Box and Muller, two numbers from two.
  normal: ({ deviation }, into, draw) => {
    const drawn = draw();
    for (let i = 0; i < into.length; i++) {
      const pair = i - (i % 2);
      const radius = Math.sqrt(-2 * Math.log(1 - drawn[pair]!)) * deviation;
      const angle = 2 * Math.PI * drawn[pair + 1]!;
      into[i] = radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    }
  },
};

/** A row of first weights by PyTorch's default laws. Each parameter has its own stream, so equal seeds give equal trunks whatever the heads. */
export const initialise = (parameters: readonly Parameter[], seed: number): Float32Array => {
  const row = new Float32Array(parameters.reduce((sum, { elements }) => sum + elements, 0));
  for (const [index, { initial, offset, elements }] of parameters.entries()) {
    const law = laws[initial.law] as (law: InitialLaw, into: Float32Array, draw: () => Float64Array) => void;
    law(initial, row.subarray(offset, offset + elements), () => uniforms(seed, index, elements));
  }
  return row;
};
