import type { RunConfig } from '../../contract/run.js';
import type { Provider } from '../runtime/session.js';
import { createTrainingEngine, ReplicaPool } from '../training/trainer/onnxEngine.js';
import type { TrainingEngine } from '../training/trainer/trainingEngine.js';

const candidates = [1, 4, 16];
/** Approximate length of a trial of one number of rows, after its first steps. */
const trialMs = 1000;
const warmUpSteps = 2;
/** More rows use more memory and wait for each other: they need this much gain. */
const worthIt = 1.1;

/**
 * The number of runs of the first one's shape that train fastest as rows of one graph on a device, by a trial
 * of a few steps each.
 * @throws GeometryError `no-provider`.
 */
export const fastestRows = async (configs: readonly RunConfig[], provider: Provider): Promise<number> => {
  const [first] = configs;
  if (first === undefined) return 1;
  const shapeOf = ({ model, data, batch }: RunConfig): string => JSON.stringify([model, data.tasks, batch]);
  const alike = configs.filter((config) => shapeOf(config) === shapeOf(first)).length;
  const rates = new Map<number, number>();
  for (const rows of candidates.filter((count) => count <= alike)) {
    rates.set(rows, await stepsPerSecond(first, provider, rows));
  }
  return fewestThatAreFast(rates);
};

/** Rows → steps per second of all runs: the smallest number of rows that no larger one beats by a tenth. */
export const fewestThatAreFast = (rates: ReadonlyMap<number, number>): number => {
  const best = Math.max(...rates.values());
  return Math.min(...[...rates].filter(([, rate]) => rate * worthIt >= best).map(([rows]) => rows));
};

/**
 * Steps per second over all `rows` runs together, by a trial.
 * @throws GeometryError `no-provider`.
 */
export const stepsPerSecond = async (
  config: RunConfig,
  provider: Provider,
  rows: number,
): Promise<number> => {
  const pool = new ReplicaPool();
  const engines: TrainingEngine[] = [];
  try {
    // The bases of interventions may not exist yet.
    const trial = { ...config, interventions: [] };
    for (let row = 0; row < rows; row++) engines.push(await createTrainingEngine(trial, provider, { pool }));
    const states = engines.map((engine) => {
      const weights = engine.initialWeights(config.initSeed);
      const zeros = weights.slice().fill(0);
      return { weights, firstMoment: zeros, secondMoment: zeros };
    });
    const take = (steps: number) =>
      Promise.all(engines.map((engine, row) => engine.run(states[row]!, 0, steps)));
    await take(warmUpSteps);
    let done = 0;
    const start = performance.now();
    for (let steps = warmUpSteps; performance.now() - start < trialMs; steps *= 2) {
      await take(steps);
      done += steps;
    }
    return (rows * done) / ((performance.now() - start) / 1000);
  } finally {
    for (const engine of engines) await engine.dispose();
  }
};
