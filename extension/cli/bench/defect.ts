import { availableParallelism } from 'node:os';
import { median } from '../../contract/median.js';
import type { OptimiserState } from '../../engine/training/run/trainerState.js';
import { createTrainingEngine } from '../../engine/training/trainer/onnxEngine.js';
import { openLiveDefect } from '../../engine/training/trainer/liveDefect.js';
import type { Bench, Measurement } from './bench.js';
import { encoderRun } from './encoderRun.js';

const rounds = 7;
/** Steps between two measurements of the defect: the default. */
const steps = 100;
const threads = Math.min(2, availableParallelism());
const aims = { float32: 0.25, float64: 0.4 } as const;

/** Processor seconds of all threads: other load on the machine does not count. */
const processorSeconds = async (act: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

/** Cost of measuring the commutator defect every 100 steps with K = 5, relative to the run's own steps. */
export const defectBench: Bench = {
  name: 'defect',
  summary: 'commutator defect every 100 steps, K = 5, as a share of the run’s own processor time',
  async run({ say }) {
    const config = encoderRun({ prime: 97, d: 128, layers: 2, heads: 4, dFf: 256 }, { batch: 512 });
    const descriptor = { model: config.model, data: config.data };
    const live = { every: steps, pairs: 5, batch: 512, eta: 1e-3, seed: 1 };
    const engine = await createTrainingEngine(config, 'cpu', { threads });
    const defects = {
      float32: openLiveDefect(descriptor, { ...live, precision: 'float32' }, threads),
      float64: openLiveDefect(descriptor, { ...live, precision: 'float64' }, threads),
    };
    try {
      const weights = engine.initialWeights(1);
      const zeros = (): Float32Array => new Float32Array(weights.length);
      let state: OptimiserState = { weights, firstMoment: zeros(), secondMoment: zeros() };
      let step = 0;
      const train = async (): Promise<void> => {
        for (const until = step + steps; step < until;) {
          const { state: after, losses } = await engine.run(state, step, until - step);
          state = after;
          step += losses.length;
        }
        await engine.evaluate(state.weights);
      };
      // Sessions are opened on first use.
      await train();
      for (const defect of Object.values(defects)) await defect.measure(state.weights);
      const taken: { run: number; float32: number; float64: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        taken.push({
          run: await processorSeconds(train),
          float32: await processorSeconds(() => defects.float32.measure(state.weights)),
          float64: await processorSeconds(() => defects.float64.measure(state.weights)),
        });
      }
      return (['float32', 'float64'] as const).map((precision): Measurement => {
        const ratio = median(taken.map((round) => round[precision] / round.run));
        say(`${precision}: ${(100 * ratio).toFixed(1)} % of the run`);
        return {
          name: `defect in ${precision}, 290,401 parameters, K = 5, batch 512`,
          unit: 'CPU s',
          ours: median(taken.map((round) => round[precision])),
          peer: { name: `${steps} steps and an evaluation`, value: median(taken.map(({ run }) => run)) },
          ratio,
          aim: `at most ${aims[precision]}`,
          note: `${threads} threads; the run is in float32`,
        };
      });
    } finally {
      for (const defect of Object.values(defects)) await defect.dispose();
      await engine.dispose();
    }
  },
};
