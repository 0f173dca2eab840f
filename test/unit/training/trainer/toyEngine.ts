import type { RunConfig } from '../../../../extension/contract/run.js';
import type { TrainingEngine } from '../../../../extension/engine/training/trainer/trainingEngine.js';

export interface ToyOptions {
  /** The step whose loss, gradient or new weights are not finite, or the step from which the test loss is not. */
  readonly failAt?: number;
  readonly gradientFailsAt?: number;
  readonly weightsFailAt?: number;
  readonly testLossFailsAt?: number;
  /** The step from which it answers well. */
  readonly learnedAt?: number;
  readonly onRun?: (steps: number) => void;
}

/** A model of eight weights that needs no runtime: what a step does depends on the state and the step's number alone. */
export const toyEngine = (config: RunConfig, options: ToyOptions = {}): TrainingEngine => {
  const parameters = 8;
  const stepOf = new WeakMap<object, number>();
  return {
    parameters,
    initialWeights: (seed) => Float32Array.from({ length: parameters }, (_, i) => Math.sin(seed + i)),
    run: async (state, fromStep, steps) => {
      options.onRun?.(steps);
      const weights = state.weights.slice();
      const firstMoment = state.firstMoment.slice();
      const secondMoment = state.secondMoment.slice();
      const losses: number[] = [];
      const gradientNorms: number[] = [];
      for (let step = fromStep; step < fromStep + steps; step++) {
        if (step === options.failAt) losses.push(NaN);
        else losses.push(Math.abs(weights[0]!) + 1 / (step + 1));
        gradientNorms.push(step === options.gradientFailsAt ? Infinity : 1 / (step + 1));
        for (let i = 0; i < parameters; i++) {
          const gradient = Math.cos(weights[i]! * (step + 1) + i);
          firstMoment[i] = 0.9 * firstMoment[i]! + 0.1 * gradient;
          secondMoment[i] = secondMoment[i]! + 1;
          weights[i] = weights[i]! - config.learningRate * firstMoment[i]!;
        }
        if (step === options.weightsFailAt) weights[3] = NaN;
      }
      stepOf.set(weights, fromStep + steps);
      return { state: { weights, firstMoment, secondMoment }, losses, gradientNorms };
    },
    // It has learned at a step of the test's choosing.
    evaluate: async (weights) => {
      const step = stepOf.get(weights) ?? 0;
      const accuracy = { add: step >= (options.learnedAt ?? Infinity) ? 0.99 : 0.1 };
      const testLoss = step >= (options.testLossFailsAt ?? Infinity) ? NaN : 1;
      return { trainAccuracy: accuracy, testAccuracy: accuracy, trainLoss: 1, testLoss };
    },
    measure: () => Promise.resolve({}),
    bases: [],
    nextIntervention: () => undefined,
    intervene: (weights) => Promise.resolve(weights),
    defect: () => Promise.resolve(undefined),
    decayedRank: () => Promise.resolve(undefined),
    tensors: (weights) => [
      { name: 'head.weight', shape: [2, 3], data: weights.subarray(0, 6) },
      { name: 'head.bias', shape: [2], data: weights.subarray(6) },
    ],
    dispose: () => Promise.resolve(),
  };
};
