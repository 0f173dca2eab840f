import { quantile } from '../quantiles.js';
import { seededRandom } from '../../ground/seededRandom.js';
import { concentrationOf, groupMeans, type Recipe } from './concentration.js';

export interface PermutationRequest {
  readonly permutations: number;
  readonly seeds: readonly number[];
  readonly recipe: Recipe;
}

export interface PermutationNull {
  readonly permutations: number;
  readonly mean: number;
  readonly q95: number;
  readonly q99: number;
}

/** Concentrations of the same values over pairs in random order: what is left when the residue says nothing. */
export const permutationNull = (
  values: ArrayLike<number>,
  residues: Int32Array,
  modulus: number,
  { permutations, seeds, recipe }: PermutationRequest,
): PermutationNull => {
  const random = seededRandom(...seeds);
  const shuffled = Float64Array.from(values);
  const found = new Float64Array(permutations);
  for (let draw = 0; draw < permutations; draw++) {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      const held = shuffled[i]!;
      shuffled[i] = shuffled[j]!;
      shuffled[j] = held;
    }
    found[draw] = concentrationOf(groupMeans(shuffled, residues, modulus), recipe)?.concentration ?? 0;
  }
  found.sort();
  return {
    permutations,
    mean: found.reduce((sum, value) => sum + value, 0) / permutations,
    q95: quantile(found, 0.95),
    q99: quantile(found, 0.99),
  };
};
