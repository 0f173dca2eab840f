import type { PathShareEntry } from '../../../contract/report.js';
import { pathShares, windowEnds } from '../../geometry/curvature/pathShares.js';
import { quantile } from '../../geometry/quantiles.js';
import { randomWalkGram, stepLengths } from '../../geometry/randomWalkNull.js';
import { seedFromText } from '../../geometry/seededRandom.js';
import type { KeptGram } from '../trajectory/groupGrams.js';

/** Window ends whose null is drawn and whose share is told at most: the paper has 15; here as many as it takes to see. */
const mostEnds = 60;

export interface PathSharesRequest {
  readonly steps: readonly number[];
  readonly draws: number;
  readonly seed: number;
}

/** PC1 of one matrix over expanding windows beside that of random walks; none over a checkpoint that is not finite. */
export const pathSharesOf = async (
  { group, parameters, gram }: KeptGram,
  { steps, draws, seed }: PathSharesRequest,
): Promise<PathShareEntry[]> => {
  if (!gram.data.every(Number.isFinite)) return [];
  const ends = thinned(windowEnds(gram.rows));
  const measured = await pathShares(gram, ends);
  const lengths = stepLengths(gram);
  const drawn = new Map<number, number[]>();
  for (let draw = 0; draw < draws; draw++) {
    const walk = randomWalkGram(lengths, parameters, seed, seedFromText(group), draw);
    for (const { end, share } of await pathShares(walk, ends)) {
      drawn.set(end, [...(drawn.get(end) ?? []), share]);
    }
  }
  return measured.flatMap(({ end, share }) => {
    const walks = drawn.get(end);
    if (walks === undefined) return [];
    const ofWalks = summary(walks);
    return [
      {
        ...{ matrix: group, lastStep: steps[end]!, share },
        nulls: {
          randomWalk: {
            ...{ draws: walks.length, seed, ...ofWalks },
            ...(ofWalks.sd > 0 ? { z: (share - ofWalks.mean) / ofWalks.sd } : {}),
          },
        },
      },
    ];
  });
};

const summary = (values: readonly number[]) => {
  const ascending = Float64Array.from(values).sort();
  const mean = ascending.reduce((sum, value) => sum + value, 0) / ascending.length;
  const squares = ascending.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    sd: Math.sqrt(squares / Math.max(1, ascending.length - 1)),
    q05: quantile(ascending, 0.05),
    q95: quantile(ascending, 0.95),
  };
};

/** Evenly chosen, the first and the last among them. */
const thinned = (ends: readonly number[]): number[] => {
  if (ends.length <= mostEnds) return [...ends];
  return Array.from(
    { length: mostEnds },
    (_, i) => ends[Math.round((i * (ends.length - 1)) / (mostEnds - 1))]!,
  );
};
