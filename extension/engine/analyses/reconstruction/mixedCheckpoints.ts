import { addProduct } from '../../linalg/product.js';
import type { Survey } from '../../series/survey.js';
import { weightsOf } from './accuracy.js';

/** Checkpoints that are mixed in at one time: they are held beside the mixtures. */
const checkpointsTogether = 8;

/** ofStart·θ_0 + Σ_t weights[t] · (θ_t − θ_0) for each of them, every checkpoint read once. */
export const mixedCheckpoints = async (
  survey: Survey,
  mixings: readonly { readonly ofStart: number; readonly weights: readonly number[] }[],
): Promise<Map<string, Float64Array>[]> => {
  const first = await weightsOf(survey, 0);
  const count = mixings.length;
  /** The mixtures of each tensor, one a row. */
  const mixed = new Map<string, Float64Array>();
  for (const [name, values] of first) {
    const rows = new Float64Array(count * values.length);
    mixings.forEach(({ ofStart }, m) => {
      const row = rows.subarray(m * values.length);
      for (let i = 0; i < values.length; i++) row[i] = ofStart * values[i]!;
    });
    mixed.set(name, rows);
  }
  for (let from = 1; from < survey.checkpoints.length; from += checkpointsTogether) {
    const some: Map<string, Float64Array>[] = [];
    const end = Math.min(survey.checkpoints.length, from + checkpointsTogether);
    for (let t = from; t < end; t++) some.push(await weightsOf(survey, t));
    const factors = Float64Array.from(mixings.flatMap(({ weights }) => weights.slice(from, end)));
    for (const [name, rows] of mixed) {
      const start = first.get(name)!;
      const { length } = start;
      const changes = new Float64Array(some.length * length);
      some.forEach((weights, row) => {
        const to = weights.get(name)!;
        for (let i = 0; i < length; i++) changes[row * length + i] = to[i]! - start[i]!;
      });
      await addProduct(rows, factors, changes, count, some.length, length);
    }
  }
  return mixings.map(
    (_, m) =>
      new Map(
        [...first].map(([name, { length }]) => [
          name,
          mixed.get(name)!.subarray(m * length, (m + 1) * length),
        ]),
      ),
  );
};
