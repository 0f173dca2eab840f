import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSession, type GraphSession } from '../../../../extension/engine/runtime/session.js';
import { emitModel } from '../../../../extension/engine/graph/emitModel.js';
import { input } from '../../../../extension/engine/graph/operators/input.js';
import { Graph } from '../../../../extension/engine/graph/tensor.js';
import {
  adamWStep,
  gradientNorm,
  type AdamW,
} from '../../../../extension/engine/training/optimiser/adamw.js';
import { adamWSchedule } from '../../../../extension/engine/training/optimiser/schedule.js';

const RATE = 0.01;
const DECAY = 0.3;
const STEPS = 60;

/** One step of one weight in float64; what it feeds is a step's part of the schedule. */
const openStep = (optimiser: AdamW): Promise<GraphSession> => {
  const graph = new Graph();
  const fed = (name: string) => input(graph, name, 'float64', [1]);
  const state = {
    parameters: fed('parameters'),
    firstMoment: fed('firstMoment'),
    secondMoment: fed('secondMoment'),
  };
  const gradient = fed('gradient');
  const numbers = { stepSize: fed('stepSize'), eps: fed('eps'), keep: fed('keep') };
  const after = adamWStep(optimiser, state, gradient, gradientNorm([gradient]), numbers);
  return createSession(
    emitModel({
      newParameters: after.parameters,
      newFirstMoment: after.firstMoment,
      newSecondMoment: after.secondMoment,
    }),
    { provider: 'cpu', threads: 1 },
  );
};

describe.each([
  ['the papers’ settings', { beta1: 0.9, beta2: 0.98, eps: 1e-8 }],
  ['PyTorch’s defaults', { beta1: 0.9, beta2: 0.999, eps: 1e-8 }],
  ['an eps that counts', { beta1: 0.5, beta2: 0.9, eps: 0.1 }],
  ['clipping', { beta1: 0.9, beta2: 0.98, eps: 1e-8, clipNorm: 0.25 }],
])('AdamW with %s', (_what, optimiser: AdamW) => {
  let session: GraphSession;
  beforeAll(async () => {
    session = await openStep(optimiser);
  });
  afterAll(() => session.dispose());

  /** The weight after every step, from 1. */
  const path = async (gradientAt: (weight: number) => number, rate: (step: number) => number) => {
    const columns = 3;
    const schedule = adamWSchedule({
      ...{ optimiser, firstStep: 1, steps: STEPS },
      learningRate: rate,
      weightDecay: [DECAY],
    });
    let [weight, first, second] = [1, 0, 0];
    const weights: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const [stepSize, eps, keep] = schedule.subarray(step * columns, (step + 1) * columns);
      const fed = {
        ...{ parameters: weight, firstMoment: first, secondMoment: second },
        ...{ gradient: gradientAt(weight), stepSize: stepSize!, eps: eps!, keep: keep! },
      };
      const fetched = await session.run(
        Object.fromEntries(
          Object.entries(fed).map(([name, value]) => [name, { data: Float64Array.of(value), dims: [1] }]),
        ),
      );
      const [w, m, s] = ['newParameters', 'newFirstMoment', 'newSecondMoment'].map(
        (name) => (fetched[name]!.data as Float64Array)[0]!,
      );
      [weight, first, second] = [w!, m!, s!];
      weights.push(weight);
    }
    return weights;
  };
  const clipped = (gradient: number): number =>
    optimiser.clipNorm === undefined
      ? gradient
      : gradient * Math.min(1, optimiser.clipNorm / (Math.abs(gradient) + 1e-6));

  it('under a constant gradient moves as the closed form says', async () => {
    // The moments' bias corrections cancel their start exactly: every step is rate · g / (|g| + eps).
    const g = clipped(-0.7);
    const move = (RATE * g) / (Math.abs(g) + optimiser.eps);
    const keep = 1 - RATE * DECAY;
    const weights = await path(
      () => -0.7,
      () => RATE,
    );
    weights.forEach((weight, i) => {
      const kept = keep ** (i + 1);
      expect(weight).toBeCloseTo(kept - (move * (1 - kept)) / (1 - keep), 12);
    });
  });

  it('on a parabola, with a warm-up, goes the way of torch.optim.AdamW’s definition', async () => {
    const rate = (step: number): number => RATE * Math.min(1, step / 20);
    let [weight, first, second] = [1, 0, 0];
    const defined = Array.from({ length: STEPS }, (_, i) => {
      const step = i + 1;
      const gradient = clipped(weight);
      weight *= 1 - rate(step) * DECAY;
      first = optimiser.beta1 * first + (1 - optimiser.beta1) * gradient;
      second = optimiser.beta2 * second + (1 - optimiser.beta2) * gradient ** 2;
      const mean = first / (1 - optimiser.beta1 ** step);
      const root = Math.sqrt(second / (1 - optimiser.beta2 ** step));
      weight -= (rate(step) * mean) / (root + optimiser.eps);
      return weight;
    });
    const weights = await path((at) => at, rate);
    weights.forEach((value, i) => expect(value).toBeCloseTo(defined[i]!, 12));
  });
});
