import { throwIfCancelled } from '../../ground/work/tasks.js';
import { productInto } from '../../linalg/product.js';
import type { Survey } from '../../series/survey.js';
import { weightsOf } from './accuracy.js';

/** Numbers of the checkpoints that are mixed in at one time, 128 MB: they are held beside the mixtures. */
const mostHeld = 1 << 24;
const mostTogether = 8;
/** Numbers of a tensor at a time: the changes of all checkpoints and the products stay in the cache. */
const sliceNumbers = 1 << 13;

export interface Mixing {
  readonly ofStart: number;
  readonly weights: readonly number[];
}

/**
 * ofStart·θ_0 + Σ_t weights[t] · (θ_t − θ_0) for each of them, every checkpoint read once.
 * @throws GeometryError `cancelled`, and what reading throws.
 */
export const mixedCheckpoints = async (
  survey: Survey,
  mixings: readonly Mixing[],
  signal: AbortSignal,
): Promise<Map<string, Float64Array>[]> => {
  const first = await weightsOf(survey, 0);
  const mixed = mixings.map(
    ({ ofStart }) => new Map([...first].map(([name, start]) => [name, start.map((x) => ofStart * x)])),
  );
  const parameters = [...first.values()].reduce((sum, { length }) => sum + length, 0);
  const together = Math.max(1, Math.min(mostTogether, Math.floor(mostHeld / Math.max(1, parameters))));
  const changes = new Float64Array(together * sliceNumbers);
  const products = new Float64Array(mixings.length * sliceNumbers);
  for (let from = 1; from < survey.checkpoints.length; from += together) {
    const some: Map<string, Float64Array>[] = [];
    const end = Math.min(survey.checkpoints.length, from + together);
    for (let t = from; t < end; t++) {
      throwIfCancelled(signal);
      some.push(await weightsOf(survey, t));
    }
    const factors = Float64Array.from(mixings.flatMap(({ weights }) => weights.slice(from, end)));
    for (const [name, start] of first) {
      const rows = some.map((weights) => weights.get(name)!);
      const targets = mixed.map((weights) => weights.get(name)!);
      for (let at = 0; at < start.length; at += sliceNumbers) {
        const width = Math.min(sliceNumbers, start.length - at);
        rows.forEach((row, t) => {
          for (let i = 0; i < width; i++) changes[t * width + i] = row[at + i]! - start[at + i]!;
        });
        const product = products.subarray(0, targets.length * width);
        const slice = changes.subarray(0, rows.length * width);
        await productInto(product, factors, slice, targets.length, rows.length, width);
        targets.forEach((target, m) => {
          for (let i = 0; i < width; i++) target[at + i]! += product[m * width + i]!;
        });
      }
      throwIfCancelled(signal);
    }
  }
  return mixed;
};
