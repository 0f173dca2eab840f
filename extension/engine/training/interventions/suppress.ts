import type { InterventionRow } from './intervention.js';

/** G := (1 − s) G_⊥ + G_∥, or the other way round. */
export const suppress: InterventionRow<'suppress'> = {
  formula: ({ part, strength }) =>
    part === 'transverse'
      ? `G := B Bᵀ G + ${1 - strength} (G − B Bᵀ G), after clipping`
      : `G := ${1 - strength} B Bᵀ G + (G − B Bᵀ G), after clipping`,
  gradient: ({ part, strength }) =>
    part === 'transverse' ? { whole: 1 - strength, inBasis: strength } : { whole: 1, inBasis: -strength },
};
