import type { Grid } from '../../runs/grid.js';

/** What the paper and its code leave open, and how it is taken here. */
export const sayChoices = ({ seeds }: Grid): string[] => [
  'Updates are differences of the attention weights (Q, K, V, O of both layers) of checkpoints 100 steps apart. g23 is s₂² − s₃² of windows of 10, uncentred, as the code of the table has it; the paper’s text says s₂ − s₃ of windows of 20, centred.',
  'The decline is the first window’s gap over that of the last window that ends by the grok step (at the run’s end where there is none); R and k* use the weighted definition of the code.',
  'Functional modes are those of the last checkpoint, v₁ … v₈ of the centred window of 20 updates, ε = .005 ‖θ_attention‖, on all test pairs.',
  `Seeds ${seeds.join(', ')} are of the weights, the batches and the split at once. The multi-task comparison (factor 2.3) is not trained here.`,
];
