import { describe, expect, it } from 'vitest';
import type { ModelDescriptor } from '../../../extension/contract/descriptor.js';
import { siteSelectivity } from '../../../extension/engine/analyses/controls/siteSelectivity.js';
import {
  openSiteEvaluator,
  siteGradients,
  sitesOf,
} from '../../../extension/engine/evaluation/activationSites.js';
import { openEvaluator } from '../../../extension/engine/evaluation/evaluator.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { svd } from '../../../extension/engine/linalg/svd.js';

const d = 16;
const prime = 7;
const split = { method: 'python-random-shuffle', seed: 0, trainFraction: 0.6, firstToken: 0 } as const;
const encoder = (readout: 'first' | 'mean'): ModelDescriptor => ({
  model: {
    ...{ kind: 'encoder', prime, d, layers: 2, heads: 2, dFf: 32, readout },
    ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
  },
  data: { tasks: ['add', 'mul'], split },
});
const scaleInvariant: ModelDescriptor = {
  model: {
    ...{ kind: 'scale-invariant', prime, d, layers: 2, heads: 2, dFf: 32, readout: 'last' },
    ...{ norm: 'RMSNorm', normEps: 1e-8, qkNormEps: 1e-6, activation: 'swiglu' },
  },
  data: { tasks: ['add', 'mul'], split },
};
const models: readonly [string, ModelDescriptor][] = [
  ['the encoder read at the first token', encoder('first')],
  ['the encoder read at the mean', encoder('mean')],
  ['the scale-invariant model', scaleInvariant],
];
const randomRow = (count: number): Float32Array => {
  const random = seededRandom(5);
  return Float32Array.from({ length: count }, () => 0.4 * random.normal());
};
const identity = Float32Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0));

describe.each(models)('sites of %s', (_, descriptor) => {
  it('change nothing while their activations stay as they are, and everything when they are zero', async () => {
    const evaluator = await openEvaluator(descriptor);
    const row = randomRow(evaluator.parameters.reduce((sum, { elements }) => sum + elements, 0));
    const [whole] = await evaluator.accuracies([row]);
    await evaluator.dispose();
    expect(sitesOf(descriptor)).toEqual(['embedding', 'layer1', 'layer2', 'readout']);
    for (const site of sitesOf(descriptor)) {
      const at = await openSiteEvaluator(descriptor, site);
      expect(await at.accuracies(row, identity)).toEqual(whole);
      // Logits that do not depend on the pair answer one class only.
      const none = await at.accuracies(row, new Float32Array(d * d));
      for (const accuracy of Object.values(none)) expect(accuracy).toBeLessThan(0.4);
      await at.dispose();
    }
  });

  it('have gradients at the read-out in the span of the task’s own head', async () => {
    const evaluator = await openEvaluator(descriptor, 'train');
    const { parameters } = evaluator;
    const row = randomRow(parameters.reduce((sum, { elements }) => sum + elements, 0));
    await evaluator.dispose();
    const gradients = (await siteGradients(descriptor, 'mul', row)).get('readout')!;
    expect([gradients.rows, gradients.columns]).toEqual([evaluator.pairs.a.length, d]);
    const { offset, elements } = parameters.find(({ name }) => name === 'heads.mul.weight')!;
    const head = {
      rows: prime,
      columns: d,
      data: Float64Array.from(row.subarray(offset, offset + elements)),
    };
    const { v: basis } = await svd(head);
    const [gradient] = [gradients.data.subarray(0, d)];
    const left = gradient.slice();
    for (let k = 0; k < prime; k++) {
      let along = 0;
      for (let i = 0; i < d; i++) along += gradient[i]! * basis.data[i * basis.columns + k]!;
      for (let i = 0; i < d; i++) left[i]! -= along * basis.data[i * basis.columns + k]!;
    }
    expect(Math.hypot(...gradient)).toBeGreaterThan(0.01);
    expect(Math.hypot(...left)).toBeLessThan(1e-5 * Math.hypot(...gradient));
  });
});

describe('selectivity by site', () => {
  it('has random directions and drops for every site of several tasks, and nothing for one', async () => {
    const descriptor = encoder('first');
    const evaluator = await openEvaluator(descriptor);
    const row = randomRow(evaluator.parameters.reduce((sum, { elements }) => sum + elements, 0));
    const [whole] = await evaluator.accuracies([row]);
    await evaluator.dispose();
    const { signal } = new AbortController();
    const found = await siteSelectivity(descriptor, row, whole!, signal);
    expect(found.map(({ site }) => site)).toEqual(sitesOf(descriptor));
    for (const { tasks, directions, dimensions, overlap } of found) {
      expect([directions, dimensions]).toEqual([10, d]);
      expect(overlap).toBeGreaterThan(0);
      expect(overlap).toBeLessThanOrEqual(1 + 1e-9);
      for (const { task, ownDrop, testAccuracy } of tasks) {
        expect(ownDrop).toBeCloseTo(whole![task]! - testAccuracy[task]!, 12);
      }
    }
    const alone = { ...descriptor, data: { ...descriptor.data, tasks: ['add' as const] } };
    expect(await siteSelectivity(alone, row, whole!, signal)).toEqual([]);
  });
});
