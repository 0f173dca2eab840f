/** A stretch of a row of weights, such as one tensor. */
export interface Stretch {
  readonly offset: number;
  readonly elements: number;
}

/**
 * A move of the same length as `move`, stretch by stretch, along a random direction: independent normal entries, scaled. With
 * one stretch the whole is as long and lies anywhere; with a stretch for each tensor every tensor is moved as far as `move`
 * moves it, so that a direction which lies in one small tensor is held against others that lie there.
 *
 * @param stretches cover the vector; what lies outside them stays 0.
 */
export const equalMove = (
  move: Float64Array,
  stretches: readonly Stretch[],
  random: { normal(): number },
): Float64Array => {
  const moved = new Float64Array(move.length);
  for (const { offset, elements } of stretches) {
    let [wanted, drawn] = [0, 0];
    for (let i = offset; i < offset + elements; i++) {
      moved[i] = random.normal();
      wanted += move[i]! ** 2;
      drawn += moved[i]! ** 2;
    }
    const scale = drawn > 0 ? Math.sqrt(wanted / drawn) : 0;
    for (let i = offset; i < offset + elements; i++) moved[i]! *= scale;
  }
  return moved;
};
