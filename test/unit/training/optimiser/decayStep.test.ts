import { describe, expect, it } from 'vitest';
import { createSession } from '../../../../extension/engine/runtime/session.js';
import { mul } from '../../../../extension/engine/graph/operators/arithmetic.js';
import { initialise } from '../../../../extension/engine/models/initialise.js';
import { adamWSchedule } from '../../../../extension/engine/training/optimiser/schedule.js';
import {
  trainingGraph,
  type DecayStep,
} from '../../../../extension/engine/training/optimiser/trainingGraph.js';
import { loadRunConfig } from '../../../../extension/engine/training/runConfig.js';

const batch = 4;

/** Weights after one step of the tiny model, with a decay step or without. */
const stepped = async (decayStep: DecayStep | undefined): Promise<Float32Array> => {
  const { model, data } = await loadRunConfig('tiny');
  const optimiser = { beta1: 0.9, beta2: 0.98, eps: 1e-8 };
  const graph = trainingGraph({
    ...{ descriptor: { model, data }, optimiser, batch, replicas: 1, dtype: 'float32' },
    ...(decayStep === undefined ? {} : { decayStep }),
  });
  const { count, parameters } = graph.model;
  const session = await createSession(graph.bytes, { provider: 'cpu', threads: 1 });
  const schedule = adamWSchedule({
    ...{ optimiser, firstStep: 1, steps: 1, learningRate: () => 1e-3, weightDecay: [1] },
    ...(decayStep === undefined ? {} : { more: [() => 0.25] }),
  });
  const dims = [1, count];
  const fetched = await session.run({
    steps: { data: BigInt64Array.of(1n), dims: [] },
    parameters: { data: initialise(parameters, 1), dims },
    firstMoment: { data: new Float32Array(count), dims },
    secondMoment: { data: new Float32Array(count), dims },
    tokens: { data: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8), dims: [1, 1, 2, batch] },
    labels: { data: Int32Array.of(6, 8, 10, 12), dims: [1, 1, 1, batch] },
    schedule: { data: Float32Array.from(schedule), dims: [1, 1, graph.scheduleColumns] },
  });
  await session.dispose();
  return fetched.newParameters!.data as Float32Array;
};

describe('a decay step', () => {
  it('takes the weights that the optimiser gives, with its own column of the schedule', async () => {
    const plain = await stepped(undefined);
    const shrunk = await stepped({ columns: 1, apply: (weights, _, [factor]) => mul(weights, factor!) });
    expect(shrunk.length).toBe(plain.length);
    shrunk.forEach((weight, i) => expect(weight).toBe(Math.fround(plain[i]! * 0.25)));
  });
});
