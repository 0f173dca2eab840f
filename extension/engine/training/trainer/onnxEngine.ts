import type { RunConfig } from '../../../contract/run.js';
import {
  createSession,
  type GraphSession,
  type Provider,
  type SessionOptions,
} from '../../runtime/session.js';
import { initialise } from '../../models/initialise.js';
import { evaluationGraph } from '../../models/forwardGraph.js';
import { buildModel } from '../../models/model.js';
import { batchesOf } from '../../models/tasks/batches.js';
import { splitPairs } from '../../models/tasks/split.js';
import { taskLabels } from '../../models/tasks/tasks.js';
import { matrixSlots } from '../optimiser/matrixSlots.js';
import { lowRankShape } from '../optimiser/lowRankDecay.js';
import { lowRankStrength } from '../optimiser/lowRankSchedule.js';
import { muonShape } from '../optimiser/muon.js';
import { openInterventions } from '../interventions/opened.js';
import { checkpointPath } from '../run/runDirectory.js';
import type { WrittenTensor } from '../run/safetensorsWriter.js';
import type { Floats } from '../run/trainerState.js';
import { createEvaluator } from './evaluator.js';
import { fillFromCheckpoint } from './initialWeights.js';
import { openLiveDefect } from './liveDefect.js';
import { meanStableRank, measureMatrices, type MeasuredMatrices } from './liveSpectra.js';
import { SharedSteps } from './sharedSteps.js';
import { openStepGraph, type StepShape } from './stepGraph.js';
import { createTrainingGradient } from './trainingGradient.js';
import type { TrainingEngine } from './trainingEngine.js';

export interface EngineOptions {
  readonly threads?: number;
  /** The run's folder: paths of intervention bases are relative to it, and it contains the initial weights. */
  readonly folder?: string;
  /** Runs of the same shape that step together; default: this one steps alone. */
  readonly pool?: ReplicaPool;
}

/** Groups of runs that step together, by their common settings. */
export class ReplicaPool {
  private readonly shared = new Map<string, SharedSteps>();
  private expected = 0;

  /** This many runs step together: none steps before all have joined, until the number is set again. */
  expects(runs: number): void {
    this.expected = runs;
    this.look();
  }

  /** A run has joined, or none is waited for any more. */
  look(): void {
    for (const steps of this.shared.values()) steps.look();
  }

  private isComplete(): boolean {
    const joined = [...this.shared.values()].reduce((sum, { size }) => sum + size, 0);
    return joined >= this.expected;
  }

  stepsOf(shape: StepShape, options: SessionOptions): SharedSteps {
    const { descriptor, gradientBases, ...rest } = shape;
    // The training pairs are per run.
    const bases = gradientBases.map(({ sha256 }) => sha256);
    const key = JSON.stringify([descriptor.model, descriptor.data.tasks, rest, bases, options]);
    let steps = this.shared.get(key);
    if (steps === undefined) {
      steps = new SharedSteps(
        (replicas) => openStepGraph(shape, replicas, options),
        () => this.isComplete(),
      );
      this.shared.set(key, steps);
    }
    return steps;
  }
}

/**
 * Opens a model on a provider for training.
 * @throws GeometryError `no-provider`, `invalid-config` for an impossible split.
 */
export const createTrainingEngine = async (
  config: RunConfig,
  provider: Provider,
  { threads, folder = '.', pool = new ReplicaPool() }: EngineOptions = {},
): Promise<TrainingEngine> => {
  const { data, dtype, betas, eps, clipNorm, decayedParameters, lowRankDecay, muon } = config;
  const { prime } = config.model;
  const pairs = splitPairs(prime, data.split);
  const batches = batchesOf(pairs.train.length / 2, config.batch, config.batchSeed);
  const [beta1, beta2] = betas;
  const optimiser = { beta1, beta2, eps, ...(clipNorm === undefined ? {} : { clipNorm }) };
  const descriptor = { model: config.model, data };
  const { parameters, count, tasks } = buildModel(descriptor);
  const options = { provider, ...(threads === undefined ? {} : { threads }) };
  const warmUp = (step: number): number =>
    config.warmupSteps === 0 ? 1 : Math.min(1, step / config.warmupSteps);
  const learningRate = (step: number): number => config.learningRate * warmUp(step);
  const tensorsOf = (weights: Floats): readonly WrittenTensor[] =>
    parameters.map(({ name, shape, offset, elements }) => ({
      name,
      shape,
      data: weights.subarray(offset, offset + elements),
    }));
  const readRow = async (checkpoint: string): Promise<Floats> => {
    const row = dtype === 'float64' ? new Float64Array(count) : new Float32Array(count);
    await fillFromCheckpoint(checkpoint, tensorsOf(row));
    return row;
  };
  let first: Promise<Floats> | undefined;
  const interventions = await openInterventions({
    ...{ descriptor, parameters, threads, folder, learningRate, readRow },
    interventions: config.interventions ?? [],
    first: () => (first ??= readRow(checkpointPath(folder, 0))),
  });
  const steps = pool.stepsOf(
    {
      ...{ descriptor, optimiser, batch: batches.size, dtype, decayedParameters },
      ...(lowRankDecay === undefined ? {} : { lowRank: lowRankShape(lowRankDecay) }),
      ...(muon === undefined ? {} : { muon: muonShape(muon) }),
      gradientBases: interventions.gradientChanges.map(({ basis }) => basis),
    },
    options,
  );
  const strength = lowRankStrength(config, learningRate);
  const decayed = lowRankDecay === undefined ? [] : matrixSlots(parameters, lowRankDecay.matrices);
  const measured: MeasuredMatrices = {
    slots: matrixSlots(parameters, config.spectra?.matrices ?? 'blocks'),
    decayed: new Set(decayed.map(({ name }) => name)),
    sparesDecayed: decayedParameters === 'outside-low-rank',
    frobeniusFactor: lowRankDecay?.frobeniusFactor ?? false,
    keepValues: config.spectra?.singularValues ?? false,
  };
  const member = steps.join(
    {
      batches,
      pairs: pairs.train,
      labels: tasks.map((task) => taskLabels(task, pairs.train, prime)),
      learningRate,
      weightDecay: config.weightDecay,
      lowRankStrength: strength,
      muonRate: (step) => (muon?.learningRate ?? config.learningRate) * warmUp(step),
      gradientChanges: interventions.gradientChanges.map(({ at }) => at),
    },
    folder,
  );
  pool.look();
  try {
    await steps.prepare();
  } catch (thrown) {
    await member.leave();
    throw thrown;
  }
  const opened: GraphSession[] = [];
  const openGraph = async (bytes: Uint8Array): Promise<GraphSession> => {
    const session = await createSession(bytes, options);
    opened.push(session);
    return session;
  };
  const evaluate = createEvaluator({
    ...{ tasks, prime, pairs, dtype },
    open: (batch) => openGraph(evaluationGraph({ descriptor, replicas: 1, batch, dtype }).bytes),
  });
  const gradient = createTrainingGradient({ descriptor, pairs, dtype, open: openGraph });
  const defect = config.defect && openLiveDefect(descriptor, config.defect, threads);
  return {
    parameters: count,
    initialWeights: (seed) => {
      const weights = initialise(parameters, seed);
      return dtype === 'float64' ? Float64Array.from(weights) : Float32Array.from(weights);
    },
    run: (state, fromStep, wanted, lowRank) => member.run(state, fromStep, wanted, lowRank),
    evaluate,
    measure: async (weights, { step, before, lowRank }) =>
      measureMatrices(measured, {
        weights,
        gradient: await gradient(weights),
        ...(before === undefined ? {} : { before }),
        strengths: {
          l2: learningRate(Math.max(1, step)) * config.weightDecay,
          lowRank: strength(Math.max(1, step), lowRank),
        },
      }),
    defect: async (weights) => defect?.measure(weights),
    decayedRank: (weights) => meanStableRank(weights, decayed),
    tensors: tensorsOf,
    bases: interventions.bases,
    nextIntervention: (step) => interventions.nextStep(step),
    intervene: (weights, step) => interventions.change(weights, step),
    dispose: async () => {
      await member.leave();
      await defect?.dispose();
      await interventions.dispose();
      for (const session of opened) await session.dispose();
    },
  };
};
