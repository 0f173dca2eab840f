import type { WrittenTensor } from '../run/safetensorsWriter.js';
import type { Floats, OptimiserState } from '../run/trainerState.js';

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
  /** Sum over tasks of the mean cross-entropy. */
  readonly testLoss: number;
}

/** Everything that the loop asks of a model on a device. */
export interface TrainingEngine {
  /** Length of a row of weights. */
  readonly parameters: number;
  /** New weights by PyTorch's laws. */
  initialWeights(seed: number): Floats;
  /** Steps from `fromStep`, at most `steps` of them: as many as there are losses. The state given stays as it is. */
  run(state: OptimiserState, fromStep: number, steps: number): Promise<ChunkResult>;
  evaluate(weights: Floats): Promise<Evaluation>;
  /** The model's tensors under PyTorch's names. */
  tensors(weights: Floats): readonly WrittenTensor[];
  dispose(): Promise<void>;
}
