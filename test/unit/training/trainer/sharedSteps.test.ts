import { beforeAll, describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../../extension/contract/run.js';
import { loadRunConfig, withAssignments } from '../../../../extension/engine/training/runConfig.js';
import type { OptimiserState } from '../../../../extension/engine/training/run/trainerState.js';
import {
  createTrainingEngine,
  ReplicaPool,
} from '../../../../extension/engine/training/trainer/onnxEngine.js';
import { SharedSteps } from '../../../../extension/engine/training/trainer/sharedSteps.js';
import type { RowPlan, StepGraph } from '../../../../extension/engine/training/trainer/stepGraph.js';
import type { TrainingEngine } from '../../../../extension/engine/training/trainer/trainingEngine.js';

const plan: RowPlan = {
  batches: { size: 1, fill: () => undefined },
  pairs: new Int32Array(2),
  labels: [],
  learningRate: () => 1,
  weightDecay: 0,
  lowRankStrength: () => 0,
  gradientChanges: [],
  muonRate: () => 0,
};
const stateOf = (value: number): OptimiserState => {
  const floats = Float32Array.of(value);
  return { weights: floats, firstMoment: floats, secondMoment: floats };
};

/** A graph that adds one to every weight at each step, and what was asked of it. */
const countingGraphs = (isComplete?: () => boolean) => {
  const opened: number[] = [];
  const disposed: number[] = [];
  const calls: { rows: number[]; steps: number }[] = [];
  const open = (replicas: number): Promise<StepGraph> => {
    opened.push(replicas);
    return Promise.resolve({
      replicas,
      run: (rows, steps) => {
        calls.push({ rows: rows.map(({ fromStep }) => fromStep), steps });
        return Promise.resolve(
          rows.map(({ state }) => ({
            state: stateOf(state.weights[0]! + steps),
            losses: new Array<number>(steps).fill(0),
            gradientNorms: new Array<number>(steps).fill(0),
          })),
        );
      },
      dispose: () => Promise.resolve(void disposed.push(replicas)),
    });
  };
  return { opened, disposed, calls, shared: new SharedSteps(open, isComplete) };
};

describe('runs that step together', () => {
  it('wait for each other, and take as many steps as the one that asks for the fewest', async () => {
    const { shared, opened, calls } = countingGraphs();
    const [one, other] = [shared.join(plan), shared.join(plan)];
    const first = one.run(stateOf(10), 0, 5);
    await Promise.resolve();
    expect(calls).toEqual([]);
    const [a, b] = await Promise.all([first, other.run(stateOf(20), 300, 3)]);
    expect([a.losses.length, b.losses.length]).toEqual([3, 3]);
    expect([a.state.weights[0], b.state.weights[0]]).toEqual([13, 23]);
    expect(calls).toEqual([{ rows: [0, 300], steps: 3 }]);
    expect(opened).toEqual([2]);
  });

  it('wait for those that are expected, and stand in the order of their names', async () => {
    let isComplete = false;
    const { calls, shared } = countingGraphs(() => isComplete);
    const last = shared.join(plan, 'b');
    const early = last.run(stateOf(1), 7, 1);
    shared.look();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual([]);
    const first = shared.join(plan, 'a');
    const late = first.run(stateOf(2), 3, 1);
    expect(calls).toEqual([]);
    isComplete = true;
    shared.look();
    await Promise.all([early, late]);
    expect(calls).toEqual([{ rows: [3, 7], steps: 1 }]);
  });

  it('go on without the one that ends, while it holds them up too', async () => {
    const { shared, opened, disposed, calls } = countingGraphs();
    const [one, other, third] = [shared.join(plan), shared.join(plan), shared.join(plan)];
    const waiting = [one.run(stateOf(0), 0, 2), other.run(stateOf(0), 0, 2)];
    await third.leave();
    await Promise.all(waiting);
    await one.leave();
    await other.run(stateOf(2), 2, 4);
    expect(calls.map(({ rows }) => rows.length)).toEqual([2, 1]);
    expect(opened).toEqual([2, 1]);
    await other.leave();
    expect(disposed).toEqual([2, 1]);
  });

  it('have one graph at a time, whoever joins while it is replaced', async () => {
    const open = new Set<number>();
    let most = 0;
    let opened = 0;
    const slowly = () => new Promise((resolve) => setTimeout(resolve, 5));
    const shared = new SharedSteps(async (replicas) => {
      await slowly();
      const id = ++opened;
      open.add(id);
      most = Math.max(most, open.size);
      return {
        replicas,
        run: async (rows, steps) => {
          await slowly();
          return rows.map(({ state }) => ({
            state,
            losses: new Array<number>(steps).fill(0),
            gradientNorms: new Array<number>(steps).fill(0),
          }));
        },
        dispose: async () => {
          await slowly();
          open.delete(id);
        },
      };
    });
    const stay = async (turns: number): Promise<void> => {
      const member = shared.join(plan);
      await shared.prepare();
      for (let turn = 0; turn < turns; turn++) await member.run(stateOf(0), turn, 1);
      await member.leave();
    };
    const all = [stay(3), stay(6)];
    for (let i = 0; i < 6; i++) {
      await new Promise((resolve) => setTimeout(resolve, 4 * i));
      all.push(stay(1 + (i % 4)));
    }
    await Promise.all(all);
    expect(opened).toBeGreaterThan(2);
    expect(most).toBe(1);
    expect(open.size).toBe(0);
  });

  it('are all told when their graph fails, and when it does not open', async () => {
    const failing = new SharedSteps(() => Promise.reject(new Error('no room')));
    const [one, other] = [failing.join(plan), failing.join(plan)];
    await expect(failing.prepare()).rejects.toThrow('no room');
    const both = await Promise.allSettled([one.run(stateOf(0), 0, 1), other.run(stateOf(0), 0, 1)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

const small = ['model.prime=11', 'model.d=16', 'model.heads=2', 'model.dFf=32', 'model.layers=2', 'batch=32'];
const configWith = async (...assignments: string[]): Promise<RunConfig> =>
  withAssignments(await loadRunConfig('tiny'), [...small, ...assignments]);

/** So many steps of each, together; losses by run, and the weights at the end. */
const trained = async (configs: readonly RunConfig[], steps: number) => {
  const pool = new ReplicaPool();
  const engines: TrainingEngine[] = [];
  for (const config of configs) engines.push(await createTrainingEngine(config, 'cpu', { pool }));
  const results = await Promise.all(
    engines.map((engine, i) => {
      const weights = engine.initialWeights(configs[i]!.initSeed);
      const zeros = weights.slice().fill(0);
      return engine.run({ weights, firstMoment: zeros, secondMoment: zeros }, 0, steps);
    }),
  );
  for (const engine of engines) await engine.dispose();
  return results;
};

describe('a run as a row of a graph', () => {
  const variants = [
    ['initSeed=1', 'batchSeed=1', 'weightDecay=1', 'data.split.seed=1'],
    ['initSeed=2', 'batchSeed=2', 'weightDecay=0', 'data.split.seed=2', 'learningRate=0.002'],
    ['initSeed=3', 'batchSeed=3', 'weightDecay=0.1', 'warmupSteps=4'],
  ];
  let configs: RunConfig[];
  beforeAll(async () => {
    configs = await Promise.all(variants.map((assignments) => configWith('dtype=float64', ...assignments)));
  });

  it('is the run that it would be alone: same batches, rates, decays', async () => {
    const together = await trained(configs, 12);
    for (const [i, config] of configs.entries()) {
      const [alone] = await trained([config], 12);
      // float64 steps differ in the order of sums alone.
      Array.from(together[i]!.losses).forEach((loss, step) =>
        expect(loss).toBeCloseTo(alone!.losses[step]!, 9),
      );
      const worst = Math.max(
        ...Array.from(alone!.state.weights, (value, k) => Math.abs(value - together[i]!.state.weights[k]!)),
      );
      expect(worst).toBeLessThan(1e-8);
    }
  });

  it('has the same bits whatever the other rows are', async () => {
    const [one, second, third] = configs as [RunConfig, RunConfig, RunConfig];
    const [first] = await trained([one, second], 12);
    const [again] = await trained([one, third], 12);
    expect(again!.state.weights).toEqual(first!.state.weights);
  });
});
