import type { ControlEntry, ReconstructionEntry } from '../../../extension/contract/report.js';
import { rankRange, type RankRange } from '../../../extension/contract/statistics/ranks.js';
import { say } from '../../words/say.js';
import { integer } from '../../words/numbers.js';

type Point = ReconstructionEntry['points'][number];
type Accuracy = Readonly<Record<string, number>>;

/** The minimum over tasks of a point's accuracy over the baseline's; undefined if either is missing. */
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

/** Where `valueOf` first reaches `threshold`; points without a value are skipped. */
const rangeReaching = (
  points: readonly Point[],
  valueOf: (point: Point) => number | undefined,
  threshold: number,
): RankRange | undefined =>
  rankRange(points, (point) => {
    const value = valueOf(point);
    // Accuracies are ratios of counts and energies are sums: the last bit must not matter.
    return value === undefined ? undefined : value >= threshold - 1e-12;
  });

/**
 * k*(share): the rank at which each task first reaches `share` of its own baseline accuracy (2602.18649,
 * section 2), between the measured ranks.
 */
export const kStar = (entry: ReconstructionEntry, share: number): RankRange | undefined =>
  rangeReaching(
    entry.points,
    ({ testAccuracy }) => shareOfBaseline(testAccuracy, entry.baseline?.testAccuracy),
    share,
  );

/**
 * Smallest rank that keeps `share` of the energy: exact from the whole spectrum, otherwise between measured
 * ranks.
 */
export const rankForEnergy = (entry: ReconstructionEntry, share: number): RankRange | undefined =>
  entry.energies === undefined
    ? rangeReaching(entry.points, ({ energy }) => energy, share)
    : rangeReaching(ladder(entry.energies), ({ energy }) => energy, share);

/** The same of the entry's null. */
export const nullRankForEnergy = (entry: ReconstructionEntry, share: number): number | undefined =>
  entry.null && rangeReaching(ladder(entry.null.energies), ({ energy }) => energy, share)?.to;

const ladder = (energies: readonly number[]): Point[] =>
  energies.map((energy, i) => ({ rank: i + 1, energy, relativeError: Math.sqrt(Math.max(0, 1 - energy)) }));

/** One rank, or the two that bound it. */
export const rangeText = ({ from, to }: RankRange): string =>
  from === to ? integer(to) : say('rank.between', { from: integer(from), to: integer(to) });

type WalkKind = (typeof walkKinds)[number];
const walkKinds = ['random-walk', 'decay-walk'] as const;

/** Names a number of each walk that an entry is held against; only the trajectory of the change has such nulls. */
const ofWalks = (
  { method, of }: ReconstructionEntry,
  controls: readonly ControlEntry[],
  text: (walk: ControlEntry) => string | undefined,
): string[] =>
  method !== 'trajectory-pca' || of !== 'change'
    ? []
    : walkKinds.flatMap((kind: WalkKind) => {
        const walk = controls.find((entry) => entry.kind === kind);
        const value = walk && text(walk);
        return value === undefined ? [] : [say(`rank.null.${kind}`, { value })];
      });

/** Components that walks to the same end need where the run's trajectory needs few. */
export const walksNeed = (
  entry: ReconstructionEntry,
  controls: readonly ControlEntry[],
  rankOf: (points: ControlEntry['points']) => number | undefined,
): string[] =>
  ofWalks(entry, controls, ({ points }) => {
    const most = points.at(-1)?.rank;
    const rank = rankOf(points);
    return most === undefined ? undefined : rank === undefined ? `>${integer(most)}` : integer(rank);
  });

/** A number of the walks at one rank. */
export const walksAt = (
  entry: ReconstructionEntry,
  controls: readonly ControlEntry[],
  rank: number,
  text: (point: ControlEntry['points'][number]) => string,
): string[] =>
  ofWalks(entry, controls, ({ points }) => {
    const point = points.find((one) => one.rank === rank);
    return point && text(point);
  });

/** The smallest rank at which a walk keeps `share` of the energy. */
export const energyRank =
  (share: number) =>
  (points: ControlEntry['points']): number | undefined =>
    points.find(({ energy }) => energy >= share - 1e-12)?.rank;
