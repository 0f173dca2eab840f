import type { ModeRidgeEntry } from '../../../contract/report.js';
import type { LabelledPairs } from '../../evaluation/pairs.js';
import type { FunctionalMode } from '../../geometry/modes/functionalMode.js';
import { ridgeScores } from '../../geometry/modes/ridge.js';
import { ridgeFeatures, ridgeFeatureSets } from '../../geometry/modes/ridgeFeatures.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { TaskStep } from '../../ground/work/tasks.js';

/** A direction and its mode, kept for the regression. */
export interface NamedMode {
  readonly direction: string;
  readonly mode: FunctionalMode;
}

export interface RidgeRequest {
  readonly step: number;
  readonly prime: number;
  readonly pairs: LabelledPairs;
}

/** Ridge regressions of modes, scalar and whole, on additive, multiplicative and cross features of the pairs a, b ≥ 1. */
export async function* modeRidge(
  modes: readonly NamedMode[],
  { step, prime, pairs }: RidgeRequest,
): AsyncGenerator<TaskStep, ModeRidgeEntry[]> {
  const kept = [...pairs.a.keys()].filter((i) => pairs.a[i]! > 0 && pairs.b[i]! > 0);
  const pick = (values: Int32Array): Int32Array => Int32Array.from(kept, (i) => values[i]!);
  const features = ridgeFeatures(pick(pairs.a), pick(pairs.b), prime);
  const targets = modes.flatMap(({ mode }) => targetsOf(mode, kept));
  const found: ModeRidgeEntry[] = [];
  for (const [at, set] of ridgeFeatureSets.entries()) {
    const scores = await ridgeScores(features[set], targets);
    const common = { step, features: set, count: features[set].columns, rows: kept.length };
    modes.forEach(({ direction }, i) => {
      found.push({ ...common, direction, target: 'scalar', ...scores[2 * i]! });
      found.push({ ...common, direction, target: 'dh', ...scores[2 * i + 1]! });
    });
    yield { fraction: (at + 1) / ridgeFeatureSets.length, text: `Modes: ridge on ${set}` };
  }
  return found;
}

/** f, and all coordinates of δh, of the pairs kept. */
const targetsOf = ({ squared, change }: FunctionalMode, kept: readonly number[]): [Matrix, Matrix] => {
  const d = change.length / squared.length;
  const data = new Float64Array(kept.length * d);
  kept.forEach((from, to) => data.set(change.subarray(from * d, (from + 1) * d), to * d));
  return [
    { rows: kept.length, columns: 1, data: Float64Array.from(kept, (i) => squared[i]!) },
    { rows: kept.length, columns: d, data },
  ];
};
