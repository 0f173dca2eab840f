/** Task → fraction of pairs answered right. */
export type Accuracies = Readonly<Record<string, number>>;

/**
 * k*: the smallest rank at which **each** task reaches `share` of its own baseline accuracy
 * (2602.18649 §3, k*(95) and k*(99)). Higher ranks may fall below again. Undefined if no rank of
 * the scan does, or none was evaluated.
 *
 * @param points in ascending rank; those without accuracies are skipped.
 */
export const rankForAccuracy = (
  points: readonly { readonly rank: number; readonly testAccuracy?: Accuracies | undefined }[],
  baseline: Accuracies,
  share: number,
): number | undefined =>
  points.find(
    ({ testAccuracy }) =>
      testAccuracy !== undefined &&
      Object.entries(baseline).every(([task, whole]) => (testAccuracy[task] ?? 0) >= share * whole),
  )?.rank;

/** Mean over tasks, as the paper's Table 4 gives it. */
export const meanAccuracy = (accuracies: Accuracies): number => {
  const values = Object.values(accuracies);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};
