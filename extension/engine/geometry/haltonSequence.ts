/** Digits of i in the base, mirrored behind the point. */
const radicalInverse = (i: number, base: number): number => {
  let value = 0;
  for (let rest = i, scale = 1 / base; rest > 0; rest = Math.floor(rest / base), scale /= base) {
    value += (rest % base) * scale;
  }
  return value;
};

/** The points 1, 2, …, `count` of Halton's sequence in the unit square (Halton 1960): bases 2 and 3. */
export const haltonSequence = (count: number): readonly (readonly [number, number])[] =>
  Array.from({ length: count }, (_, i) => [radicalInverse(i + 1, 2), radicalInverse(i + 1, 3)] as const);
