import { expect, it } from 'vitest';
import type { ReportAddition } from '../../../extension/contract/report.js';
import { mixedCheckpoints } from '../../../extension/engine/analyses/reconstruction/mixedCheckpoints.js';
import { distributionsOf } from '../../../extension/engine/analyses/tensors/distributions.js';
import type { Survey } from '../../../extension/engine/series/survey.js';

interface Made {
  readonly checkpoints: number;
  readonly elements: readonly number[];
  readonly onRead?: (reads: number) => void;
}

const valueAt = (checkpoint: number, tensor: string, i: number): number =>
  Math.fround(Math.sin(0.37 * i + checkpoint) + tensor.length + 0.01 * checkpoint);

/** Checkpoints of tensors t, tt, ttt, … of so many numbers. */
const surveyOf = ({ checkpoints, elements, onRead }: Made): Survey => {
  const tensors = elements.map((count, i) => ({
    ...{ name: 't'.repeat(i + 1), elements: count, shape: [count], dtype: 'float32', readable: true },
  }));
  let reads = 0;
  const read = async (t: number, name: string, start: number, length: number, target?: Float64Array) => {
    await Promise.resolve();
    onRead?.(++reads);
    const into = target ?? new Float64Array(length);
    for (let i = 0; i < length; i++) into[i] = valueAt(t, name, start + i);
    return into;
  };
  return {
    ...{ tensors, tensorNamed: new Map(), matricesOf: new Map() },
    checkpoints: Array.from({ length: checkpoints }, (_, step) => ({ label: `${step}`, step })),
    pool: {
      get: (t: number) =>
        Promise.resolve({
          read: (name: string, start: number, length: number, target?: Float64Array) =>
            read(t, name, start, length, target),
        }),
    },
  } as unknown as Survey;
};

it('a cancel leaves no distribution of a tensor that was read in part', async () => {
  const controller = new AbortController();
  const onRead = (reads: number): void => {
    if (reads === 4) controller.abort();
  };
  const survey = surveyOf({ checkpoints: 1, elements: [300_000, 300_000, 300_000], onRead });
  const emitted: ReportAddition[] = [];
  const steps = distributionsOf({
    ...{ survey, signal: controller.signal },
    emit: (addition) => emitted.push(addition),
  });
  const run = async (): Promise<void> => {
    for await (const { text } of steps) expect(text).toContain('numbers read');
  };
  await expect(run()).rejects.toMatchObject({ code: 'cancelled' });
  for (const { elements } of emitted.flatMap(({ distributions = [] }) => distributions))
    expect(elements).toBe(300_000);
});

it('mixtures of checkpoints are sums of their changes, also of tensors longer than a slice', async () => {
  const elements = [20_000, 1, 7];
  const survey = surveyOf({ checkpoints: 12, elements });
  const mixings = [0.5, 1].map((ofStart, m) => ({
    ofStart,
    weights: Array.from({ length: 12 }, (_, t) => Math.cos(m * t)),
  }));
  const mixed = await mixedCheckpoints(survey, mixings, new AbortController().signal);
  mixings.forEach(({ ofStart, weights }, m) => {
    elements.forEach((count, at) => {
      const name = 't'.repeat(at + 1);
      const found = mixed[m]!.get(name)!;
      expect(found).toHaveLength(count);
      for (let i = 0; i < count; i += 997) {
        const start = valueAt(0, name, i);
        const sum = weights.reduce((all, weight, t) => all + weight * (valueAt(t, name, i) - start), 0);
        expect(found[i]).toBeCloseTo(ofStart * start + sum, 10);
      }
    });
  });
});

it('mixtures of checkpoints stop when cancelled', async () => {
  const controller = new AbortController();
  const onRead = (reads: number): void => {
    if (reads === 3) controller.abort();
    expect(reads).toBeLessThan(4);
  };
  const survey = surveyOf({ checkpoints: 12, elements: [10], onRead });
  const mixings = [{ ofStart: 1, weights: Array<number>(12).fill(1) }];
  await expect(mixedCheckpoints(survey, mixings, controller.signal)).rejects.toMatchObject({
    code: 'cancelled',
  });
});
