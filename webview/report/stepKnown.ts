import type { Report } from '../../extension/contract/report.js';

/** Whether there are steps to speak of: a single model whose file names none has no step. */
export const hasSteps = ({ checkpoints }: Pick<Report, 'checkpoints'>): boolean =>
  checkpoints.length !== 1 || checkpoints[0]?.stepIsPosition !== true;
