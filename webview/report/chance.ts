import type { Report } from '../../extension/contract/report.js';

/** Accuracy of guessing: every residue is as likely as another. */
export const chanceOf = ({ source }: Report): number | undefined => {
  const prime = source.evaluation ? undefined : source.descriptor?.value.model.prime;
  return prime === undefined ? undefined : 1 / prime;
};

/** Test pairs that the scatter of guesses is taken of, at most: the smallest of the papers' sets have about as many. */
const mostPairs = 1000;
/** Share of the ordered pairs that is tested at least: chance is 1/p, and there are p² of them. */
const testShare = 0.4;

/** Whether the model itself does no better than guessing: not three standard deviations of so many guesses. */
export const isChance = (baseline: number | undefined, chance: number | undefined): boolean =>
  baseline !== undefined &&
  chance !== undefined &&
  baseline <= chance + 3 * Math.sqrt((chance * (1 - chance)) / Math.min(mostPairs, testShare / chance ** 2));
