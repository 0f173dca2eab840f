import { partOutside } from './basis.js';
import type { InterventionRow } from './intervention.js';

/** θ := θ + ε, ε Gaussian of a root mean square length, outside the basis where there is one. */
export const noise: InterventionRow<'noise'> = {
  formula: ({ length, every, basis }) =>
    `θ := θ + ${basis === undefined ? '' : '(I − B Bᵀ) '}ε every ${every} steps, ε Gaussian, √E‖ε‖² = ${length}`,
  weights: {
    every: ({ every }) => every,
    change: ({ length, seed }, { weights, basis, random }) => {
      const drawn = random(seed);
      const deviation = length / Math.sqrt(weights.length);
      const vector = new Float64Array(weights.length);
      for (let i = 0; i < vector.length; i++) vector[i] = deviation * drawn.normal();
      return Promise.resolve(basis === undefined ? vector : partOutside(basis, vector));
    },
  },
};
