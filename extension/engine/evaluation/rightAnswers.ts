/**
 * In how many of the first `labels.length` rows of logits [rows, classes] the largest entry stands at the label; of equal
 * largest ones the first counts, and a row that holds NaN is wrong.
 */
export const countRight = (logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number => {
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes;
    const label = labels[row]!;
    const value = logits[start + label]!;
    let isLargest = value === value;
    for (let i = 0; i < label && isLargest; i++) isLargest = logits[start + i]! < value;
    for (let i = label + 1; i < classes && isLargest; i++) isLargest = logits[start + i]! <= value;
    if (isLargest) right++;
  }
  return right;
};
