import type { DefectMetrics } from '../../../contract/curvature.js';
import type { UsedBasis } from '../../../contract/interventions.js';
import type { MatrixMetrics } from '../../../contract/optimiser.js';
import type { WrittenTensor } from '../run/safetensorsWriter.js';
import type { Floats, LowRankProgress, OptimiserState } from '../run/trainerState.js';

/** The results of a chunk of steps besides the new state; one number per step. */
export interface ChunkResult {
  readonly state: OptimiserState;
  /** Sum over tasks of the mean cross-entropy, before the step. */
  readonly losses: ArrayLike<number>;
  /** Before clipping. */
  readonly gradientNorms: ArrayLike<number>;
}

export interface Evaluation {
  /** Task → fraction of correct pairs. */
  readonly trainAccuracy: Readonly<Record<string, number>>;
  readonly testAccuracy: Readonly<Record<string, number>>;
  /** On test pairs whose mirror (b, a) is trained on, and on the others, if there are both. */
  readonly testAccuracyMirrored?: Readonly<Record<string, number>>;
  readonly testAccuracyUnmirrored?: Readonly<Record<string, number>>;
  /** Sum over tasks of the mean cross-entropy, over all training and all test pairs. */
  readonly trainLoss: number;
  readonly testLoss: number;
}

/** The point of a run at which matrices are measured. */
export interface MeasuredAt {
  readonly step: number;
  /** The weights one step before, where that step was just taken. */
  readonly before?: Floats;
  readonly lowRank: LowRankProgress;
}

/** The loop's interface to a model on a device. */
export interface TrainingEngine {
  /** Length of a row of weights. */
  readonly parameters: number;
  /** New weights by PyTorch's laws. */
  initialWeights(seed: number): Floats;
  /**
   * Steps from `fromStep`, at most `steps`: as many as there are losses. The input state is not modified.
   * `lowRank` is the current state of a Low-Rank Decay schedule.
   */
  run(
    state: OptimiserState,
    fromStep: number,
    steps: number,
    lowRank?: LowRankProgress,
  ): Promise<ChunkResult>;
  evaluate(weights: Floats): Promise<Evaluation>;
  /** The matrices of the configuration's `spectra`, by name. */
  measure(weights: Floats, at: MeasuredAt): Promise<Readonly<Record<string, MatrixMetrics>>>;
  /** The commutator defect of the configuration's `defect`; absent without it. */
  defect(weights: Floats): Promise<DefectMetrics | undefined>;
  /** Dependencies of a run's interventions. */
  readonly bases: readonly UsedBasis[];
  /** The next step after `step` with a change of the weights; absent: none. */
  nextIntervention(step: number): number | undefined;
  /** The weights after the changes due at this step; the given ones if none is. */
  intervene(weights: Floats, step: number): Promise<Floats>;
  /** Mean stable rank of the matrices of Low-Rank Decay; absent without it. */
  decayedRank(weights: Floats): Promise<number | undefined>;
  /** The model's tensors under PyTorch's names. */
  tensors(weights: Floats): readonly WrittenTensor[];
  dispose(): Promise<void>;
}
