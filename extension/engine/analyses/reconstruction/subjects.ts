import type { ReconstructionEntry, ReconstructionSubject } from '../../../contract/report.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { dot } from '../../geometry/reconstruction/vectors.js';
import { readPart } from '../../series/partReader.js';
import type { Survey } from '../../series/survey.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import type { AnalysisRun } from '../analysis.js';

/**
 * The target of a truncation: θ_T − c·θ_0; c·θ_0 is added back afterwards. c = 1: the change (2602.18649). c =
 * 0: the final weights, the usual meaning of compression. c of decoupled weight decay: the change without
 * decay.
 */
export interface Subject {
  readonly of: ReconstructionSubject;
  /** c. */
  readonly startKept: number;
  readonly decay?: NonNullable<ReconstructionEntry['decay']>;
}

export const theChange: Subject = { of: 'change', startKept: 1 };
const theWeights: Subject = { of: 'weights', startKept: 0 };

/** The three subjects; two without decay, because the change then equals the change without decay. */
export const subjectsOf = async (
  { survey, training }: Pick<AnalysisRun, 'survey'> & { readonly training?: TrainingRecord },
  matrices: readonly MatrixSpec[],
): Promise<readonly Subject[]> => {
  const decay: Subject['decay'] =
    training === undefined
      ? { kept: await fittedShare(survey, matrices), origin: 'fitted' }
      : { kept: training.keptAfter(survey.checkpoints.at(-1)!.step), origin: 'record', path: training.path };
  if (decay.kept === 1 || !Number.isFinite(decay.kept)) return [theChange, theWeights];
  return [theChange, theWeights, { of: 'change-without-decay', startKept: decay.kept, decay }];
};

/** c that makes ‖θ_T − c·θ_0‖ least over the matrices: ⟨θ_T, θ_0⟩/‖θ_0‖². */
const fittedShare = async (survey: Survey, matrices: readonly MatrixSpec[]): Promise<number> => {
  let [product, square] = [0, 0];
  for (const spec of matrices) {
    const length = spec.rows * spec.columns;
    const first = new Float64Array(length);
    const last = new Float64Array(length);
    await readPart(survey, 0, spec, 0, length, first);
    await readPart(survey, survey.checkpoints.length - 1, spec, 0, length, last);
    product += dot(first, last);
    square += dot(first, first);
  }
  return square > 0 ? product / square : 1;
};
