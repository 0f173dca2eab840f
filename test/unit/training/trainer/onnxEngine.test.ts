import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../../extension/contract/run.js';
import { loadRunConfig, withAssignments } from '../../../../extension/engine/training/runConfig.js';
import type { OptimiserState } from '../../../../extension/engine/training/run/trainerState.js';
import { splitPairs } from '../../../../extension/engine/models/tasks/split.js';
import { taskLabels } from '../../../../extension/engine/models/tasks/tasks.js';
import { byMirror } from '../../../../extension/engine/models/tasks/mirrors.js';
import { createTrainingEngine } from '../../../../extension/engine/training/trainer/onnxEngine.js';
import type { TrainingEngine } from '../../../../extension/engine/training/trainer/trainingEngine.js';

const small = ['model.prime=11', 'model.d=16', 'model.heads=2', 'model.dFf=32', 'model.layers=2', 'batch=32'];
const configWith = async (...assignments: string[]): Promise<RunConfig> =>
  withAssignments(await loadRunConfig('tiny'), [...small, ...assignments]);

const startOf = (engine: TrainingEngine): OptimiserState => {
  const weights = engine.initialWeights(3);
  const zeros = () => weights.slice().fill(0);
  return { weights, firstMoment: zeros(), secondMoment: zeros() };
};

/** The state and the losses after chunks of the given sizes. */
const runChunks = async (engine: TrainingEngine, chunks: readonly number[]) => {
  let state = startOf(engine);
  let step = 0;
  const losses: number[] = [];
  for (const steps of chunks) {
    const end = step + steps;
    while (step < end) {
      const result = await engine.run(state, step, end - step);
      ({ state } = result);
      losses.push(...Array.from(result.losses));
      step += result.losses.length;
    }
  }
  return { state, losses };
};

const scaleInvariant = [
  'model={"kind":"scale-invariant","prime":11,"d":16,"heads":2,"dFf":64,"layers":2,"readout":"last","norm":"RMSNorm","normEps":1e-8,"qkNormEps":1e-6,"activation":"swiglu"}',
  'learningRate=0.01',
];

describe.each([
  ['float32', []],
  ['float64', ['dtype=float64']],
  ['scale-invariant in float64', [...scaleInvariant, 'dtype=float64']],
  ['Low-Rank Decay', [...scaleInvariant, 'lowRankDecay.lambda=0.1']],
  ['Low-Rank Decay by decomposition', ['lowRankDecay.iterations=exact']],
  ['Muon', [...scaleInvariant, 'muon={}']],
  ['several tasks, all pairs, warm-up', ['data.tasks=["add","mul"]', 'batch=full', 'warmupSteps=5']],
  ['decay of matrices, read-out of the mean', ['decayedParameters=matrices', 'model.readout=mean']],
])('steps in a Loop: %s', (_what, assignments) => {
  let engine: TrainingEngine;
  beforeAll(async () => {
    engine = await createTrainingEngine(await configWith(...assignments), 'cpu');
  });
  afterAll(() => engine.dispose());

  it('give the same bits however they are cut into calls', async () => {
    const whole = await runChunks(engine, [24]);
    const one = await runChunks(engine, new Array<number>(24).fill(1));
    const uneven = await runChunks(engine, [5, 16, 3]);
    expect(one).toEqual(whole);
    expect(uneven).toEqual(whole);
    expect(whole.losses.every((loss) => Number.isFinite(loss))).toBe(true);
  });

  it('learn', async () => {
    const { losses, state } = await runChunks(engine, [64, 64, 64]);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.9 * mean(losses.slice(0, 10)));
    const before = await engine.evaluate(startOf(engine).weights);
    const after = await engine.evaluate(state.weights);
    for (const [task, accuracy] of Object.entries(after.trainAccuracy))
      expect(accuracy).toBeGreaterThan(before.trainAccuracy[task]!);
  });
});

describe('an evaluation', () => {
  it('counts every pair once, over several blocks', async () => {
    const engine = await createTrainingEngine(await configWith('model.prime=67'), 'cpu');
    const weights = engine.initialWeights(1).fill(0);
    const evaluation = await engine.evaluate(weights);
    // Zero weights answer 0 to everything, with equal probability for every class.
    const zeros = (pairs: number, accuracy: number): number => Math.round(pairs * accuracy);
    const trainPairs = Math.floor(67 * 67 * 0.6);
    const { add: onTrain } = evaluation.trainAccuracy as { add: number };
    const { add: onTest } = evaluation.testAccuracy as { add: number };
    expect(zeros(trainPairs, onTrain) + zeros(67 * 67 - trainPairs, onTest)).toBe(67);
    expect(evaluation.testLoss).toBeCloseTo(Math.log(67), 4);
    await engine.dispose();
  });
});

describe('test pairs', () => {
  it('are counted by whether their mirror is trained on', async () => {
    const engine = await createTrainingEngine(await configWith('data.split.trainFraction=0.4'), 'cpu');
    const { train, test } = splitPairs(11, {
      method: 'python-random-shuffle',
      seed: 42,
      trainFraction: 0.4,
      firstToken: 0,
    });
    const { mirrored, unmirrored } = byMirror({ train, test });
    expect(mirrored.length + unmirrored.length).toBe(test.length);
    const evaluation = await engine.evaluate(engine.initialWeights(1).fill(0));
    await engine.dispose();
    // Zero weights answer 0: those of a + b = 0 are right.
    const right = (pairs: Int32Array): number => {
      const zeros = taskLabels('add', pairs, 11).filter((label) => label === 0).length;
      return zeros / (pairs.length / 2);
    };
    expect(evaluation.testAccuracyMirrored!.add).toBeCloseTo(right(mirrored), 12);
    expect(evaluation.testAccuracyUnmirrored!.add).toBeCloseTo(right(unmirrored), 12);
    expect(evaluation.testAccuracy.add).toBeCloseTo(right(test), 12);
  });

  it('of a split by unordered pairs have no mirror', async () => {
    const engine = await createTrainingEngine(await configWith('data.split.method=unordered-pairs'), 'cpu');
    const evaluation = await engine.evaluate(engine.initialWeights(1));
    await engine.dispose();
    expect(evaluation.testAccuracyMirrored).toBeUndefined();
  });
});

describe('the warm-up', () => {
  it('raises the rate by equal parts, step for step, up to the whole', async () => {
    // With no learning but the decay's, a step keeps 1 − rate · decay of a weight, 0.5 at the whole rate.
    const engine = await createTrainingEngine(
      await configWith('dtype=float64', 'learningRate=1e-12', 'weightDecay=5e11', 'warmupSteps=4'),
      'cpu',
    );
    let state = startOf(engine);
    const first = state.weights[0]!;
    const kept: number[] = [];
    for (const [fromStep, steps] of [
      [0, 1],
      [1, 2],
      [3, 1],
      [4, 3],
    ] as const) {
      ({ state } = await engine.run(state, fromStep, steps));
      kept.push(state.weights[0]! / first);
    }
    await engine.dispose();
    const steps = [1, 2, 3, 4].map((step) => 1 - 0.5 * (step / 4));
    const upTo = (count: number): number =>
      steps.slice(0, count).reduce((product, step) => product * step, 1) * 0.5 ** Math.max(0, count - 4);
    [1, 3, 4, 7].forEach((count, i) => expect(kept[i]).toBeCloseTo(upTo(count), 8));
  });
});

describe('weight decay', () => {
  it('of matrices leaves vectors to the gradient alone', async () => {
    // With no learning but the decay's: a rate so small that only decay · rate = 0.5 is seen.
    const after = async (decayedParameters: string, ...more: string[]) => {
      const engine = await createTrainingEngine(
        await configWith(
          'learningRate=1e-9',
          'weightDecay=5e8',
          `decayedParameters=${decayedParameters}`,
          ...more,
        ),
        'cpu',
      );
      const start = startOf(engine);
      const before = engine.tensors(start.weights);
      const { state } = await engine.run(start, 0, 1);
      const kept = engine.tensors(state.weights).map(({ name, data, shape }, i) => {
        const at = before[i]!.data.findIndex((value) => Math.abs(value) > 0.01);
        return at < 0
          ? undefined
          : { name, vector: shape.length === 1, share: data[at]! / before[i]!.data[at]! };
      });
      await engine.dispose();
      return kept.filter((entry) => entry !== undefined);
    };
    for (const { share } of await after('all')) expect(share).toBeCloseTo(0.5, 4);
    for (const { vector, share } of await after('matrices')) expect(share).toBeCloseTo(vector ? 1 : 0.5, 4);
    const lowRank = ['lowRankDecay.lambda=0', 'lowRankDecay.matrices=["linear1"]'];
    for (const { name, share } of await after('outside-low-rank', ...lowRank))
      expect(share, name).toBeCloseTo(name.endsWith('linear1.weight') ? 1 : 0.5, 4);
  });
});
