import { afterAll, describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../../extension/contract/run.js';
import { svd } from '../../../../extension/engine/linalg/svd.js';
import { lowRankStrength } from '../../../../extension/engine/training/optimiser/lowRankSchedule.js';
import { lowRankSchedules } from '../../../../extension/engine/training/optimiser/lowRankSchedule.js';
import type { OptimiserState } from '../../../../extension/engine/training/run/trainerState.js';
import { loadRunConfig, withAssignments } from '../../../../extension/engine/training/runConfig.js';
import {
  createTrainingEngine,
  ReplicaPool,
} from '../../../../extension/engine/training/trainer/onnxEngine.js';
import type { TrainingEngine } from '../../../../extension/engine/training/trainer/trainingEngine.js';

const sizes = [
  'model.prime=11',
  'model.d=16',
  'model.heads=2',
  'model.layers=1',
  'batch=32',
  'dtype=float64',
];
const scaleInvariant = async (...more: string[]): Promise<RunConfig> =>
  withAssignments(await loadRunConfig('2606.04405-l2'), [...sizes, 'model.dFf=64', 'warmupSteps=0', ...more]);
const encoder = async (...more: string[]): Promise<RunConfig> =>
  withAssignments(await loadRunConfig('tiny'), [...sizes, 'model.dFf=32', ...more]);

const engines: TrainingEngine[] = [];
const open = async (config: RunConfig, pool?: ReplicaPool): Promise<TrainingEngine> => {
  const engine = await createTrainingEngine(config, 'cpu', { threads: 1, ...(pool ? { pool } : {}) });
  engines.push(engine);
  return engine;
};
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
});
const startOf = (engine: TrainingEngine, seed = 3): OptimiserState => {
  const weights = engine.initialWeights(seed);
  return { weights, firstMoment: weights.slice().fill(0), secondMoment: weights.slice().fill(0) };
};
const after = async (engine: TrainingEngine, steps: number, seed?: number): Promise<OptimiserState> => {
  let state = startOf(engine, seed);
  for (let step = 0; step < steps;) {
    const result = await engine.run(state, step, steps - step);
    ({ state } = result);
    step += result.losses.length;
  }
  return state;
};
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

const part = (engine: TrainingEngine, state: OptimiserState, name: string, from: number, to: number) => {
  const { data, shape } = engine.tensors(state.weights).find((tensor) => tensor.name === name)!;
  const columns = shape[1]!;
  return { rows: to - from, columns, data: Float64Array.from(data.subarray(from * columns, to * columns)) };
};

/** U diag(σ − c f) Vᵀ. */
const shrunk = async (matrix: ReturnType<typeof part>, strength: number): Promise<Float64Array> => {
  const { u, v, singularValues } = await svd(matrix);
  const k = singularValues.length;
  const factor = Math.hypot(...singularValues) / (Math.sqrt(k) + 1e-7);
  return matrix.data.map((_, at) => {
    const [row, column] = [Math.floor(at / matrix.columns), at % matrix.columns];
    let sum = 0;
    for (let i = 0; i < k; i++) {
      sum += u.data[row * k + i]! * (singularValues[i]! - strength * factor) * v.data[column * k + i]!;
    }
    return sum;
  });
};

describe('Low-Rank Decay', () => {
  it.each([
    { model: 'scale-invariant', make: scaleInvariant, name: 'blocks.0.wk.weight', from: 0 },
    { model: 'encoder', make: encoder, name: 'enc.layers.0.self_attn.in_proj_weight', from: 16 },
  ])('takes ηλf off every singular value of Q and K after the step: $model', async ({ make, name, from }) => {
    const plain = await open(await make('learningRate=0.01'));
    const decayed = await open(
      await make(
        'learningRate=0.01',
        'lowRankDecay.lambda=0.5',
        'lowRankDecay.iterations=60',
        'lowRankDecay.matrices=qk',
      ),
    );
    const [before, now] = [await after(plain, 1), await after(decayed, 1)];
    const expected = await shrunk(part(plain, before, name, from, from + 16), 0.005);
    expect(largest(part(decayed, now, name, from, from + 16).data, expected)).toBeLessThan(1e-12);
    // What is not chosen is as the optimiser left it: V after Q and K, the MLP.
    for (const { name: tensor, data } of decayed.tensors(now.weights)) {
      const untouched = plain.tensors(before.weights).find((other) => other.name === tensor)!.data;
      if (/wq|wk/.test(tensor)) continue;
      const first = tensor.endsWith('in_proj_weight') ? 2 * 16 * 16 : 0;
      expect(data.subarray(first), tensor).toEqual(untouched.subarray(first));
    }
  });

  it('by decomposition is what the iteration comes to', async () => {
    const decay = ['lowRankDecay.lambda=0.3', 'lowRankDecay.frobeniusFactor=false'];
    const exact = await open(await scaleInvariant(...decay, 'lowRankDecay.iterations=exact'));
    const iterated = await open(await scaleInvariant(...decay, 'lowRankDecay.iterations=50'));
    expect(largest((await after(exact, 3)).weights, (await after(iterated, 3)).weights)).toBeLessThan(1e-9);
  });

  it.each(['30', 'exact'])('steps rows of one graph as it steps them alone: %s', async (iterations) => {
    const chosen = [`lowRankDecay.iterations=${iterations}`, 'lowRankDecay.lambda=0.2'];
    const configs = [
      await scaleInvariant(...chosen),
      await scaleInvariant(...chosen, 'lowRankDecay.lambda=0.4', 'initSeed=5'),
    ];
    const alone: OptimiserState[] = [];
    for (const config of configs) alone.push(await after(await open(config), 4, config.initSeed));
    const pool = new ReplicaPool();
    const together = [await open(configs[0]!, pool), await open(configs[1]!, pool)];
    const rows = await Promise.all(together.map((engine, i) => after(engine, 4, configs[i]!.initSeed)));
    rows.forEach(({ weights }, i) => expect(largest(weights, alone[i]!.weights)).toBeLessThan(1e-9));
    expect(largest(rows[0]!.weights, rows[1]!.weights)).toBeGreaterThan(0.01);
  });

  it('refuses matrices that the model does not have', async () => {
    const config = await encoder('lowRankDecay.matrices=["wq"]');
    await expect(createTrainingEngine(config, 'cpu')).rejects.toMatchObject({ code: 'invalid-config' });
  });
});

describe('a schedule of Low-Rank Decay', () => {
  const strengthOf = async (...chosen: string[]) => {
    const config = await scaleInvariant(
      'lowRankDecay.lambda=0.5',
      'warmupSteps=10',
      'maxSteps=100',
      ...chosen,
    );
    return { config, at: lowRankStrength(config, (step) => 0.01 * Math.min(1, step / 10)) };
  };
  const acts = { trainAccuracy: 1, testAccuracy: 0.8 };

  it('follows the learning rate, or not', async () => {
    expect((await strengthOf()).at(5, {})).toBeCloseTo(0.5 * 0.005, 15);
    expect((await strengthOf('lowRankDecay.learningRateFactor=false')).at(5, {})).toBe(0.5);
  });

  it('begins after the warm-up, or with the final window', async () => {
    const warm = (await strengthOf('lowRankDecay.schedule=after-warm-up')).at;
    expect([warm(10, {}), warm(11, {})]).toEqual([0, 0.005]);
    const last = (await strengthOf('lowRankDecay.schedule=final-window', 'lowRankDecay.window=20')).at;
    expect([last(80, {}), last(81, {})]).toEqual([0, 0.005]);
  });

  it('begins at memorisation and stays', async () => {
    const { config, at } = await strengthOf('lowRankDecay.schedule=from-memorisation');
    const { learn } = lowRankSchedules['from-memorisation'];
    expect(at(50, {})).toBe(0);
    const once = learn!({}, { step: 40, ...acts }, config);
    expect(once).toEqual({ memorisedStep: 40 });
    expect(learn!(once, { step: 60, trainAccuracy: 0.2, testAccuracy: 0 }, config)).toEqual(once);
    expect(at(50, once)).toBe(0.005);
  });

  it('weakens with the stable rank once it answers well', async () => {
    const { config, at } = await strengthOf('lowRankDecay.schedule=rank-adaptive');
    const { learn } = lowRankSchedules['rank-adaptive'];
    expect(learn!({}, { step: 1, trainAccuracy: 1, testAccuracy: 0.6, stableRank: 9 }, config)).toEqual({});
    const first = learn!({}, { step: 2, ...acts, stableRank: 10 }, config);
    expect(at(50, first)).toBe(0.005);
    const second = learn!(first, { step: 3, ...acts, stableRank: 5 }, config);
    expect(at(50, second)).toBeCloseTo(0.005 * 0.95, 12);
  });
});
