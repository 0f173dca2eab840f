/** Whether the largest entry of a row stands at the label, see {@link countRight}. */
export const isRight = (logits: ArrayLike<number>, row: number, label: number, classes: number): boolean => {
  const start = row * classes;
  const value = logits[start + label]!;
  if (value !== value) return false;
  for (let i = 0; i < label; i++) if (!(logits[start + i]! < value)) return false;
  for (let i = label + 1; i < classes; i++) if (!(logits[start + i]! <= value)) return false;
  return true;
};

/**
 * In how many of the first `labels.length` rows of logits [rows, classes] the largest entry stands at the label; of equal
 * largest ones the first counts, and a row that holds NaN is wrong.
 */
export const countRight = (logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number => {
  let right = 0;
  for (let row = 0; row < labels.length; row++) if (isRight(logits, row, labels[row]!, classes)) right++;
  return right;
};
