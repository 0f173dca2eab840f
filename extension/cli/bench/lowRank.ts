import { availableParallelism } from 'node:os';
import { median } from '../../contract/median.js';
import { withAssignments, loadRunConfig } from '../../engine/training/runConfig.js';
import type { OptimiserState } from '../../engine/training/run/trainerState.js';
import { createTrainingEngine } from '../../engine/training/trainer/onnxEngine.js';
import type { TrainingEngine } from '../../engine/training/trainer/trainingEngine.js';
import type { Bench, Measurement } from './bench.js';

const ROUNDS = 7;
const THREADS = Math.min(2, availableParallelism());
/**
 * The paper's model at the batch of the authors' first code: at a full batch the decay costs relatively less.
 */
const BATCH = 512;
const STEPS = 8;

const variants = [
  { name: 'Q and K, K = 5', set: ['lowRankDecay.matrices=qk', 'lowRankDecay.iterations=5'] },
  {
    name: 'Q and K, K = 10',
    set: ['lowRankDecay.matrices=qk', 'lowRankDecay.iterations=10'],
    aim: 'at most 1.5',
  },
  { name: 'Q and K, K = 30', set: ['lowRankDecay.matrices=qk', 'lowRankDecay.iterations=30'] },
  { name: 'attention and MLP, K = 10', set: ['lowRankDecay.iterations=10'] },
  { name: 'attention and MLP, K = 30', set: ['lowRankDecay.iterations=30'] },
] as const;

const open = async (set: readonly string[]): Promise<TrainingEngine> => {
  const config = withAssignments(await loadRunConfig('2606.04405-l2'), [`batch=${BATCH}`, ...set]);
  return createTrainingEngine(config, 'cpu', { threads: THREADS });
};

/** Milliseconds per step; continues where the last call ended. */
const stepper = (engine: TrainingEngine): (() => Promise<number>) => {
  const weights = engine.initialWeights(0);
  const zeros = (): Float32Array => new Float32Array(weights.length);
  let state: OptimiserState = { weights, firstMoment: zeros(), secondMoment: zeros() };
  let step = 0;
  return async () => {
    const start = performance.now();
    ({ state } = await engine.run(state, step, STEPS));
    step += STEPS;
    return (performance.now() - start) / STEPS;
  };
};

/** A step with Low-Rank Decay beside the same step without it, round by round. */
export const lowRankBench: Bench = {
  name: 'low-rank',
  summary: 'a training step with Low-Rank Decay beside one without, the scale-invariant model of 2606.04405',
  async run({ say, isWanted }) {
    const plain = await open([]);
    const measurements: Measurement[] = [];
    try {
      const without = stepper(plain);
      await without();
      for (const variant of variants) {
        const name = `step with Low-Rank Decay of ${variant.name}`;
        if (!isWanted(name)) continue;
        const engine = await open(variant.set);
        const decayed = stepper(engine);
        await decayed();
        const ours: number[] = [];
        const theirs: number[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          theirs.push(await without());
          ours.push(await decayed());
        }
        await engine.dispose();
        const ratio = median(ours.map((value, i) => value / theirs[i]!));
        say(`${name}: ${median(ours).toFixed(1)} ms, ${ratio.toFixed(2)} times the step without`);
        measurements.push({
          name,
          unit: 'ms',
          ours: median(ours),
          peer: { name: 'the step without', value: median(theirs) },
          ratio,
          ...('aim' in variant ? { aim: variant.aim } : {}),
          note: `batch ${BATCH}, d 128, 2 layers, ${THREADS} threads`,
        });
      }
    } finally {
      await plain.dispose();
    }
    return measurements;
  },
};
