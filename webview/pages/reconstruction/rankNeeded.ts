import type { ReconstructionEntry } from '../../../extension/contract/report.js';
import { rankRange, type RankRange } from '../../../extension/contract/statistics/ranks.js';
import { say } from '../../words/say.js';
import { integer } from '../../words/numbers.js';

type Point = ReconstructionEntry['points'][number];
type Accuracy = Readonly<Record<string, number>>;

/** The smaller over tasks of a point's accuracy over the baseline's; undefined where either is missing. */
export function shareOfBaseline(
  accuracy: Accuracy | undefined,
  baseline: Accuracy | undefined,
): number | undefined {
  const tasks = Object.entries(baseline ?? {});
  if (!accuracy || tasks.length === 0) return undefined;
  const shares = tasks.map(([task, best]) => {
    const reached = accuracy[task];
    return reached === undefined || best <= 0 ? undefined : reached / best;
  });
  return shares.includes(undefined) ? undefined : Math.min(...(shares as number[]));
}

/** Where `valueOf` first is at least `threshold`; points without a value are passed over. */
const rangeReaching = (
  points: readonly Point[],
  valueOf: (point: Point) => number | undefined,
  threshold: number,
): RankRange | undefined =>
  rankRange(points, (point) => {
    const value = valueOf(point);
    // Accuracies are ratios of counts and energies sums: the last bit must not decide.
    return value === undefined ? undefined : value >= threshold - 1e-12;
  });

/**
 * k*(share): where each task first reaches `share` of its own baseline accuracy (2602.18649, section 2), between the
 * ranks that were measured.
 */
export const kStar = (entry: ReconstructionEntry, share: number): RankRange | undefined =>
  rangeReaching(
    entry.points,
    ({ testAccuracy }) => shareOfBaseline(testAccuracy, entry.baseline?.testAccuracy),
    share,
  );

/** Smallest rank that keeps `share` of the energy: exact from the whole spectrum, between measured ranks without it. */
export const rankForEnergy = (entry: ReconstructionEntry, share: number): RankRange | undefined =>
  entry.energies === undefined
    ? rangeReaching(entry.points, ({ energy }) => energy, share)
    : rangeReaching(ladder(entry.energies), ({ energy }) => energy, share);

/** The same of the entry's null. */
export const nullRankForEnergy = (entry: ReconstructionEntry, share: number): number | undefined =>
  entry.null && rangeReaching(ladder(entry.null.energies), ({ energy }) => energy, share)?.to;

const ladder = (energies: readonly number[]): Point[] =>
  energies.map((energy, i) => ({ rank: i + 1, energy, relativeError: Math.sqrt(Math.max(0, 1 - energy)) }));

/** One rank, or the two between which it lies. */
export const rangeText = ({ from, to }: RankRange): string =>
  from === to ? integer(to) : say('rank.between', { from: integer(from), to: integer(to) });
