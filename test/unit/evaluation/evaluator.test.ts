import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelDescriptor } from '../../../extension/contract/descriptor.js';
import { GeometryError } from '../../../extension/contract/errors.js';
import { readDescriptor } from '../../../extension/engine/series/descriptorFile.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { openEvaluate } from '../../../extension/engine/evaluation/openEvaluate.js';
import { openEvaluator } from '../../../extension/engine/evaluation/evaluator.js';
import { weightRow } from '../../../extension/engine/evaluation/weightRow.js';
import { byMirror } from '../../../extension/engine/models/tasks/mirrors.js';
import { splitPairs } from '../../../extension/engine/models/tasks/split.js';
import { initialise } from '../../../extension/engine/models/initialise.js';
import { placeParameters } from '../../../extension/engine/models/parameters.js';
import { longSeries, longSeriesIsHere } from '../references.js';

const weightsAt = async (step: number) => {
  const checkpoint = await openCheckpoint(join(longSeries, `step_${String(step).padStart(6, '0')}.pt`));
  try {
    const weights = new Map<string, Float64Array>();
    for (const { name, elements } of checkpoint.tensors) {
      weights.set(name, await checkpoint.read(name, 0, elements));
    }
    return { tensors: checkpoint.tensors, weights };
  } finally {
    await checkpoint.close();
  }
};

const described = async (): Promise<ModelDescriptor> => (await readDescriptor(longSeries))!.descriptor;

describe.runIf(longSeriesIsHere)('a described series', () => {
  it('has the test accuracies that PyTorch logged while it trained', async () => {
    const { log } = JSON.parse(readFileSync(join(longSeries, 'run-info.json'), 'utf8')) as {
      log: { step: number; test_accuracy: number }[];
    };
    const steps = [0, 2900, 3000, 3100, 3200, 3500];
    const loaded = [];
    for (const step of steps) loaded.push(await weightsAt(step));
    const { evaluate, dispose } = await openEvaluate(
      { kind: 'descriptor', descriptor: await described() },
      loaded[0]!.tensors,
    );
    const found = await evaluate(loaded.map(({ weights }) => weights));
    await dispose();
    steps.forEach((step, i) => {
      const logged = log.find((line) => line.step === step)!.test_accuracy;
      // One pair of 4705 may fall the other way by rounding.
      expect(Math.abs(found[i]!.testAccuracy.add! - logged)).toBeLessThan(2.5 / 4705);
    });
  });

  // Measured by PyTorch on this series at step 3000, to two digits: .40 and .15.
  it('answers pairs with a trained mirror before those without', async () => {
    const { tensors, weights } = await weightsAt(3000);
    const descriptor = await described();
    const { evaluate, pairs, dispose } = await openEvaluate({ kind: 'descriptor', descriptor }, tensors);
    const [found] = await evaluate([weights]);
    await dispose();
    const unmirrored =
      byMirror(splitPairs(descriptor.model.prime, descriptor.data.split)).unmirrored.length / 2;
    const all = found!.testAccuracy.add!;
    const without = found!.testAccuracyUnmirrored!.add!;
    const mirrored = (all * pairs - without * unmirrored) / (pairs - unmirrored);
    expect(Math.abs(mirrored - 0.4)).toBeLessThan(0.01);
    expect(Math.abs(without - 0.15)).toBeLessThan(0.01);
  });

  it('gives other numbers with a wrong head count, and none with a wrong width', async () => {
    const { tensors, weights } = await weightsAt(3100);
    const right = await described();
    const accuracyWith = async (changes: Partial<Extract<ModelDescriptor['model'], { kind: 'encoder' }>>) => {
      const descriptor = { ...right, model: { ...right.model, ...changes } } as ModelDescriptor;
      const { evaluate, dispose } = await openEvaluate({ kind: 'descriptor', descriptor }, tensors);
      const [found] = await evaluate([weights]);
      await dispose();
      return found!.testAccuracy.add!;
    };
    // While it groks: at the end any number of heads answers nearly everything.
    expect(await accuracyWith({})).toBeCloseTo(0.6593, 3);
    for (const heads of [1, 2]) expect(await accuracyWith({ heads })).toBeLessThan(0.6);
    await expect(accuracyWith({ d: 64 })).rejects.toMatchObject({
      code: 'invalid-descriptor',
      message: expect.stringContaining('pos') as string,
    });
  });
});

const tiny = (tasks: ModelDescriptor['data']['tasks'], readout: 'first' | 'mean'): ModelDescriptor => ({
  model: {
    ...{ kind: 'encoder', prime: 7, d: 8, layers: 2, heads: 2, dFf: 16, readout },
    ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
  },
  data: { tasks, split: { method: 'python-random-shuffle', seed: 1, trainFraction: 0.5, firstToken: 0 } },
});

describe('several tasks', () => {
  it('are all judged, on test, training and all pairs, which add up', async () => {
    for (const readout of ['first', 'mean'] as const) {
      const descriptor = tiny(['add', 'mul', 'x2_y2'], readout);
      const right: Record<string, number>[] = [];
      const counts: number[] = [];
      for (const which of ['train', 'test', 'all'] as const) {
        const evaluator = await openEvaluator(descriptor, which);
        const row = initialise(evaluator.parameters, 3);
        right.push((await evaluator.accuracies([row]))[0]!);
        counts.push(evaluator.pairs.a.length);
        await evaluator.dispose();
      }
      expect(counts).toEqual([24, 25, 49]);
      for (const task of descriptor.data.tasks) {
        const [train, test, all] = right.map((accuracies) => accuracies[task]!);
        expect(train! * 24 + test! * 25).toBeCloseTo(all! * 49, 9);
      }
    }
  });
});

describe('a row of weights', () => {
  const zero = { law: 'constant', value: 0 } as const;
  const parameters = placeParameters([
    { name: 'a', shape: [2, 2], initial: zero },
    { name: 'b', shape: [3], initial: zero },
  ]);

  it('is the tensors one after the other, others left out', () => {
    const weights = new Map([
      ['b', [5, 6, 7]],
      ['other', [9]],
      ['a', [1, 2, 3, 4]],
    ]);
    expect([...weightRow(parameters, weights)]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is refused where a tensor is absent, or longer than its place', () => {
    const rowOf = (a: number[] | undefined) => () =>
      weightRow(parameters, new Map([...(a === undefined ? [] : [['a', a] as const]), ['b', [5, 6, 7]]]));
    expect(rowOf(undefined)).toThrow(/4 values in a, but they have no such tensor/);
    expect(rowOf([1, 2, 3, 4, 5])).toThrow(/4 values in a, but theirs has 5/);
    expect(rowOf([1, 2, 3])).toThrow(GeometryError);
  });
});
