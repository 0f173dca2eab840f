import type { ReconstructionEntry } from '../../../contract/report.js';
import type { Evaluate, NamedWeights } from '../../evaluation/namedWeights.js';
import type { Survey } from '../../series/survey.js';
import { isParameter } from '../../series/survey.js';

/** The model's weights with the change rebuilt at each of the ranks. */
export type Rebuild = (ranks: readonly number[]) => Promise<NamedWeights[]>;

/** Models up to this many parameters are evaluated at every rank. */
export const mostEvaluatedParameters = 2e7;
/** Weights made and evaluated together. */
const evaluatedTogether = 8;

/** All weights of one checkpoint. */
export const weightsOf = async (survey: Survey, index: number): Promise<Map<string, Float64Array>> => {
  const checkpoint = await survey.pool.get(index);
  const weights = new Map<string, Float64Array>();
  for (const tensor of survey.tensors.filter(isParameter)) {
    weights.set(tensor.name, await checkpoint.read(tensor.name, 0, tensor.elements));
  }
  return weights;
};

/**
 * The entry with test accuracies of the unchanged last checkpoint and of every rank; yields the results so far
 * after each batch.
 */
export async function* withAccuracy(
  entry: ReconstructionEntry,
  final: NamedWeights,
  rebuild: Rebuild,
  evaluate: Evaluate,
): AsyncGenerator<ReconstructionEntry, void> {
  const [baseline] = await evaluate([final]);
  const points = [...entry.points];
  for (let start = 0; start < points.length; start += evaluatedTogether) {
    const batch = points.slice(start, start + evaluatedTogether);
    const accuracies = await evaluate(await rebuild(batch.map(({ rank }) => rank)));
    batch.forEach((point, i) => (points[start + i] = { ...point, ...accuracies[i]! }));
    yield { ...entry, baseline: baseline!, points: [...points] };
  }
}
