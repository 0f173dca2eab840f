import { describe, expect, it } from 'vitest';
import { adamWSchedule } from '../../../../extension/engine/training/optimiser/schedule.js';

const optimiser = { beta1: 0.9, beta2: 0.98, eps: 1e-8 };

/** One parameter by torch.optim.AdamW's own text: decoupled decay, moments, bias corrections, eps outside the root. */
const torchAdamW = (
  gradients: readonly number[],
  rateAt: (step: number) => number,
  decay: number,
): number[] => {
  const { beta1, beta2, eps } = optimiser;
  let [weight, first, second] = [0.7, 0, 0];
  return gradients.map((gradient, i) => {
    const step = i + 1;
    const rate = rateAt(step);
    weight *= 1 - rate * decay;
    first = beta1 * first + (1 - beta1) * gradient;
    second = beta2 * second + (1 - beta2) * gradient * gradient;
    const root = Math.sqrt(second) / Math.sqrt(1 - beta2 ** step) + eps;
    weight -= (rate / (1 - beta1 ** step)) * (first / root);
    return weight;
  });
};

/** The same with the columns of the schedule, as the graph uses them. */
const scheduled = (
  gradients: readonly number[],
  rateAt: (step: number) => number,
  decay: number,
): number[] => {
  const { beta1, beta2 } = optimiser;
  const columns = 3;
  const numbers = adamWSchedule({
    ...{ optimiser, firstStep: 1, steps: gradients.length },
    learningRate: rateAt,
    weightDecay: [decay],
  });
  let [weight, first, second] = [0.7, 0, 0];
  return gradients.map((gradient, i) => {
    const [stepSize, eps, keep] = numbers.subarray(i * columns, (i + 1) * columns) as unknown as [
      number,
      number,
      number,
    ];
    first = beta1 * first + (1 - beta1) * gradient;
    second = beta2 * second + (1 - beta2) * gradient * gradient;
    weight = keep * weight - (stepSize * first) / (Math.sqrt(second) + eps);
    return weight;
  });
};

describe('the schedule of AdamW', () => {
  it.each([
    ['a constant rate', () => 1e-3],
    ['a warm-up of ten steps', (step: number) => 1e-2 * Math.min(1, step / 10)],
  ])('steps as PyTorch does, with %s', (_, rateAt) => {
    const gradients = Array.from({ length: 40 }, (__, i) => Math.sin(i * i) * 10 ** -(i % 5));
    const [ours, theirs] = [scheduled(gradients, rateAt, 0.5), torchAdamW(gradients, rateAt, 0.5)];
    ours.forEach((weight, i) => expect(weight).toBeCloseTo(theirs[i]!, 12));
  });

  it('has one column for what is kept of each decay group, then those that a decay step asks for', () => {
    const numbers = adamWSchedule({
      ...{ optimiser, firstStep: 5, steps: 2, learningRate: (step) => step, weightDecay: [0.1, 0] },
      more: [(step) => 100 * step],
    });
    expect(numbers.length).toBe(2 * 5);
    expect(numbers[2]).toBeCloseTo(1 - 5 * 0.1, 12);
    expect([numbers[3], numbers[4], numbers[8], numbers[9]]).toEqual([1, 500, 1, 600]);
  });
});
