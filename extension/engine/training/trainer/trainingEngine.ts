import type { DefectMetrics } from '../../../contract/curvature.js';
import type { UsedBasis } from '../../../contract/interventions.js';
import type { MatrixMetrics } from '../../../contract/optimiser.js';
import type { WrittenTensor } from '../run/safetensorsWriter.js';
import type { Floats, LowRankProgress, OptimiserState } from '../run/trainerState.js';

/** What a chunk of steps gives besides the new state; one number per step. */
export interface ChunkResult {
  readonly state: OptimiserState;
  /** Sum over tasks of the mean cross-entropy, before the step. */
  readonly losses: ArrayLike<number>;
  /** Before clipping. */
  readonly gradientNorms: ArrayLike<number>;
}

export interface Evaluation {
  /** Task → fraction of pairs whose largest logit is the answer's. */
  readonly trainAccuracy: Readonly<Record<string, number>>;
  readonly testAccuracy: Readonly<Record<string, number>>;
  /** Of test pairs whose mirror (b, a) is trained on, and of the others, where there are both. */
  readonly testAccuracyMirrored?: Readonly<Record<string, number>>;
  readonly testAccuracyUnmirrored?: Readonly<Record<string, number>>;
  /** Sum over tasks of the mean cross-entropy, over all training and all test pairs. */
  readonly trainLoss: number;
  readonly testLoss: number;
}

/** Where in a run matrices are measured. */
export interface MeasuredAt {
  readonly step: number;
  /** The weights one step before, where that step was just taken. */
  readonly before?: Floats;
  readonly lowRank: LowRankProgress;
}

/** Everything that the loop asks of a model on a device. */
export interface TrainingEngine {
  /** Length of a row of weights. */
  readonly parameters: number;
  /** New weights by PyTorch's laws. */
  initialWeights(seed: number): Floats;
  /**
   * Steps from `fromStep`, at most `steps` of them: as many as there are losses. The state given stays as it is. `lowRank`
   * is what a schedule of Low-Rank Decay has learnt so far.
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
  /** The commutator defect of the configuration's `defect`; absent where it has none. */
  defect(weights: Floats): Promise<DefectMetrics | undefined>;
  /** What a run's interventions are made with. */
  readonly bases: readonly UsedBasis[];
  /** The next step, after `step`, at which weights are changed between two steps; absent: none are. */
  nextIntervention(step: number): number | undefined;
  /** The weights after what is due when so many steps were taken; those given where nothing is. */
  intervene(weights: Floats, step: number): Promise<Floats>;
  /** Mean stable rank of the matrices that Low-Rank Decay acts on; absent where it acts on none. */
  decayedRank(weights: Floats): Promise<number | undefined>;
  /** The model's tensors under PyTorch's names. */
  tensors(weights: Floats): readonly WrittenTensor[];
  dispose(): Promise<void>;
}
