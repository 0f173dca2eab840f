import type { RunConfig } from '../../../contract/run.js';
import { createSession, type GraphSession, type Provider } from '../../runtime/session.js';
import { initialise } from '../models/initialise.js';
import { evaluationGraph } from '../models/forwardGraph.js';
import { adamWSchedule } from '../optimiser/schedule.js';
import { trainingGraph } from '../optimiser/trainingGraph.js';
import type { Floats } from '../run/trainerState.js';
import { batchesOf } from '../tasks/batches.js';
import { splitPairs } from '../tasks/split.js';
import { taskLabels } from '../tasks/tasks.js';
import { createEvaluator } from './evaluator.js';
import { stepFeeds } from './stepFeeds.js';
import type { ChunkResult, TrainingEngine } from './trainingEngine.js';

export interface EngineOptions {
  /** Rows of weights trained side by side, each with batches of its own. */
  readonly replicas?: number;
  readonly threads?: number;
}

/** Matrices decay and vectors do not; or every parameter does. */
const decayGroupsOf = ({ decayedParameters, weightDecay }: RunConfig) =>
  decayedParameters === 'all'
    ? { decays: [() => weightDecay] }
    : {
        decays: [() => weightDecay, () => 0],
        decayGroup: ({ shape }: { readonly shape: readonly number[] }) => (shape.length > 1 ? 0 : 1),
      };

/**
 * A model on a provider, ready to train.
 * @throws GeometryError `no-provider`, `invalid-config` for a split that cannot be made.
 */
export const createTrainingEngine = async (
  config: RunConfig,
  provider: Provider,
  { replicas = 1, threads }: EngineOptions = {},
): Promise<TrainingEngine> => {
  const { data, dtype, betas, eps, clipNorm } = config;
  const { prime } = config.model;
  const pairs = splitPairs(prime, data.split);
  const batches = batchesOf(pairs.train.length / 2, config.batch, config.batchSeed);
  const [beta1, beta2] = betas;
  const optimiser = { beta1, beta2, eps, ...(clipNorm === undefined ? {} : { clipNorm }) };
  const { decays, ...groups } = decayGroupsOf(config);
  const descriptor = { model: config.model, data };
  const training = trainingGraph({
    ...{ descriptor, optimiser, batch: batches.size, replicas, dtype },
    ...groups,
  });
  const { parameters, count, tasks } = training.model;
  const labels = tasks.map((task) => taskLabels(task, pairs.train, prime));
  const floats = (values: Float64Array | Float32Array): Floats =>
    dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
  const sessionOptions = { provider, ...(threads === undefined ? {} : { threads }) };
  const sessions: GraphSession[] = [];
  const open = async (bytes: Uint8Array): Promise<GraphSession> => {
    const session = await createSession(bytes, sessionOptions);
    sessions.push(session);
    return session;
  };
  const trainer = await open(training.bytes);
  const evaluator = createEvaluator({
    tasks,
    prime,
    pairs,
    dtype,
    open: (batch) => open(evaluationGraph({ descriptor, replicas: 1, batch, dtype }).bytes),
  });
  const learningRate = (step: number): number =>
    config.learningRate * (config.warmupSteps === 0 ? 1 : Math.min(1, step / config.warmupSteps));

  const run: TrainingEngine['run'] = async (state, fromStep, steps): Promise<ChunkResult> => {
    const rows = [replicas, count];
    const schedule = adamWSchedule({
      ...{ optimiser, firstStep: fromStep + 1, steps, replicas, learningRate },
      weightDecay: decays,
    });
    const fetched = await trainer.run({
      steps: { data: BigInt64Array.of(BigInt(steps)), dims: [] },
      parameters: { data: state.weights, dims: rows },
      firstMoment: { data: state.firstMoment, dims: rows },
      secondMoment: { data: state.secondMoment, dims: rows },
      ...stepFeeds({ batches, pairs: pairs.train, labels, fromStep, steps, replicas }),
      schedule: { data: floats(schedule), dims: [steps, replicas, training.scheduleColumns] },
    });
    const taskLosses = fetched.losses!.data as Floats;
    const norms = fetched.gradientNorms!.data as Floats;
    // Of several replicas, their mean.
    const meanOf = (values: Floats, perStep: number, step: number): number => {
      let sum = 0;
      for (let i = step * perStep; i < (step + 1) * perStep; i++) sum += values[i]!;
      return sum / replicas;
    };
    const everyStep = Array.from({ length: steps }, (_, step) => step);
    return {
      state: {
        weights: fetched.newParameters!.data as Floats,
        firstMoment: fetched.newFirstMoment!.data as Floats,
        secondMoment: fetched.newSecondMoment!.data as Floats,
      },
      losses: everyStep.map((step) => meanOf(taskLosses, replicas * tasks.length, step)),
      gradientNorms: everyStep.map((step) => meanOf(norms, replicas, step)),
    };
  };

  return {
    parameters: replicas * count,
    initialWeights: (seed) => {
      const weights = floats(new Float32Array(replicas * count));
      for (let replica = 0; replica < replicas; replica++) {
        weights.set(initialise(parameters, seed + replica), replica * count);
      }
      return weights;
    },
    run,
    chunkSize: (wanted) => wanted,
    evaluate: evaluator,
    tensors: (weights) =>
      parameters.map(({ name, shape, offset, elements }) => ({
        name,
        shape,
        data: weights.subarray(offset, offset + elements),
      })),
    dispose: async () => {
      for (const session of sessions) await session.dispose();
    },
  };
};
