import type { CheckpointEntry } from './report.js';

/** Whether there are steps to speak of: a single model whose file names none has no step. */
export const hasSteps = ({ checkpoints }: { readonly checkpoints: readonly CheckpointEntry[] }): boolean =>
  checkpoints.length !== 1 || checkpoints[0]?.stepIsPosition !== true;
