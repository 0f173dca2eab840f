import type { ReconstructionEntry } from '../../../extension/contract/report.js';

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

/** Smallest measured rank at which `valueOf` is at least `threshold`; points without a value are passed over. */
const rankReaching = (
  points: readonly Point[],
  valueOf: (point: Point) => number | undefined,
  threshold: number,
): number | undefined =>
  [...points]
    .sort((a, b) => a.rank - b.rank)
    // Accuracies are ratios of counts and energies sums: the last bit must not decide.
    .find((point) => (valueOf(point) ?? -Infinity) >= threshold - 1e-12)?.rank;

/**
 * k*(share): the smallest measured rank at which each task reaches `share` of its own baseline accuracy
 * (2602.18649, section 2).
 */
export const kStar = (entry: ReconstructionEntry, share: number): number | undefined =>
  rankReaching(
    entry.points,
    ({ testAccuracy }) => shareOfBaseline(testAccuracy, entry.baseline?.testAccuracy),
    share,
  );

/** Smallest measured rank that keeps `share` of the energy. */
export const rankForEnergy = (entry: ReconstructionEntry, share: number): number | undefined =>
  rankReaching(entry.points, ({ energy }) => energy, share);
