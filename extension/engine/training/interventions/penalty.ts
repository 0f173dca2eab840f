import { partInside, partOutside } from './basis.js';
import type { InterventionRow } from './intervention.js';

/** θ := θ − η λ x, x the part of θ − θ_0 outside the basis, or inside. */
export const penalty: InterventionRow<'penalty'> = {
  formula: ({ part, lambda, every }) =>
    `θ := θ − η ${lambda} x every ${every} steps, x = ${
      part === 'transverse' ? '(I − B Bᵀ)' : 'B Bᵀ'
    }(θ − θ_0)`,
  weights: {
    every: ({ every }) => every,
    change: async ({ part, lambda }, { weights, basis, learningRate, first }) => {
      const start = await first();
      const moved = new Float64Array(weights.length);
      for (let i = 0; i < moved.length; i++) moved[i] = weights[i]! - start[i]!;
      const x = part === 'transverse' ? partOutside(basis!, moved) : partInside(basis!, moved);
      return x.map((value) => -learningRate * lambda * value);
    },
  },
};
