import type { Grid } from '../../runs/grid.js';

/** What the paper, its versions and its code leave open, and how it is taken here. */
export const sayChoices = ({ seeds }: Grid): string[] => [
  'The defect is measured at every second checkpoint (200 steps), K = 5 pairs of batches of 512 with replacement, η = 1e-3, once in float64 from differences of gradients and once in float32 as the published code does.',
  'PC1 is of all checkpoints of a run up to its stop (test accuracy .98 three times), centred, the zero row among them; the paper does not say where its runs end.',
  'Suppressed runs of addition end at step 6000 (the paper: 15,000); the basis is of 16 dimensions, of the same seed’s own run.',
  'Tasks that never grok are trained for thousands of steps here and for 200,000 in the paper, so their PC1 is not comparable; their onset is.',
  `Seeds ${seeds.join(', ')} are of the weights, the batches and the split at once. Initial weights and batches are not the authors’.`,
];
