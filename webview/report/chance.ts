import type { Report } from '../../extension/contract/report.js';

/** Accuracy of a uniform guess over the residues. */
export const chanceOf = ({ source }: Report): number | undefined => {
  const prime = source.evaluation ? undefined : source.descriptor?.value.model.prime;
  return prime === undefined ? undefined : 1 / prime;
};

/**
 * Maximum number of test pairs for the standard deviation of guesses: about that of the papers' smallest sets.
 */
const mostPairs = 1000;
/** Minimum share of the ordered pairs that is tested: chance is 1/p, and there are p² pairs. */
const testShare = 0.4;

/**
 * Whether the model itself is no better than guessing: below three standard deviations of that many guesses.
 */
export const isChance = (baseline: number | undefined, chance: number | undefined): boolean =>
  baseline !== undefined &&
  chance !== undefined &&
  baseline <= chance + 3 * Math.sqrt((chance * (1 - chance)) / Math.min(mostPairs, testShare / chance ** 2));
