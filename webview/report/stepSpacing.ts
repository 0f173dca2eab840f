/** Whether a linear axis would hide the early steps: half of them lie in the first fifth of the range. */
export function areLogSpaced(steps: readonly number[]): boolean {
  const sorted = [...new Set(steps)].filter((step) => step > 0).sort((a, b) => a - b);
  if (sorted.length < 4) return false;
  return sorted[Math.floor(sorted.length / 2)]! < sorted.at(-1)! / 5;
}
