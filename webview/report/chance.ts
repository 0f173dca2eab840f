import type { Report } from '../../extension/contract/report.js';

/** Accuracy of guessing: every residue is as likely as another. */
export const chanceOf = ({ source }: Report): number | undefined => {
  const prime = source.evaluation ? undefined : source.descriptor?.value.model.prime;
  return prime === undefined ? undefined : 1 / prime;
};
