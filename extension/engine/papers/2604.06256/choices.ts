import type { Grid } from '../../runs/grid.js';

/** What the paper and its code leave open, and how it is taken here. */
export const sayChoices = ({ seeds }: Grid): string[] => [
  'Updates are differences of the attention weights (Q, K, V, O of both layers) of checkpoints 100 steps apart. g23 is s₂² − s₃² of windows of 10, uncentred, as the code of the table has it; the paper’s text says s₂ − s₃ of windows of 20, centred.',
  'The decline is the first window’s gap over that of the last window that ends by the grok step (at the run’s end where there is none); R and k* use the weighted definition of the code.',
  'Functional modes are those of the last checkpoint, v₁ … v₈ of the centred window of 20 updates, ε = .005 ‖θ_attention‖, on all test pairs.',
  `Seeds ${seeds.join(', ')} are of the weights, the batches and the split at once.`,
  'The run of three tasks (add, mul, x² + y² on one trunk) has the first seed alone, pairs without zero, heads on the first token, and ends at 95 % of every task; the modes of x² + y² alone are of all pairs. The paper does not say which run its multi-task column is of; its script’s test pairs hold zeros that were never trained on, which are left out here.',
  'The energy split (after 2604.07380, whose definition was not at hand): an update is what decay alone would do to the weights over 100 steps, and the rest; uncentred windows of 10, as centring takes out what decay does alike in all of them.',
];
