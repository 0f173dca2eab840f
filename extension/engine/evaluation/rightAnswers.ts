/** Whether the largest entry of a row is at the label, see {@link countRight}. */
export const isRight = (logits: ArrayLike<number>, row: number, label: number, classes: number): boolean => {
  const start = row * classes;
  const value = logits[start + label]!;
  if (value !== value) return false;
  for (let i = 0; i < label; i++) if (!(logits[start + i]! < value)) return false;
  for (let i = label + 1; i < classes; i++) if (!(logits[start + i]! <= value)) return false;
  return true;
};

/**
 * The number of correct rows among the first `labels.length` rows of logits [rows, classes]: the largest entry
 * is at the label. Of equal largest entries the first counts; a row with NaN is wrong.
 */
export const countRight = (logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number => {
  let right = 0;
  for (let row = 0; row < labels.length; row++) if (isRight(logits, row, labels[row]!, classes)) right++;
  return right;
};
