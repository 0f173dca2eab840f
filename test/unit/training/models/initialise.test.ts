import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { descriptorSchema, type Model } from '../../../../extension/contract/descriptor.js';
import { openCheckpoint } from '../../../../extension/engine/checkpoints/openCheckpoint.js';
import { initialise } from '../../../../extension/engine/models/initialise.js';
import { buildModel } from '../../../../extension/engine/models/model.js';
import { loadRunConfig } from '../../../../extension/engine/training/runConfig.js';

const series = path.resolve(import.meta.dirname, '../../../../media/sample-series');

/** PyTorch's default laws: a uniform one by its bound, a normal one by its deviation, a constant by its value. */
type Law = { readonly bound: number } | { readonly deviation: number } | { readonly constant: number };

/** torch.nn of the encoder of 2602.16746. */
const encoderLaws = ({ d, dFf }: Model): readonly (readonly [RegExp, Law])[] => [
  [/^tok\.weight$/, { deviation: 1 }],
  [/^pos$/, { deviation: 1 / Math.sqrt(d) }],
  // nn.MultiheadAttention: Xavier over the fused matrix, zero biases.
  [/in_proj_weight$/, { bound: Math.sqrt(6 / (d + 3 * d)) }],
  [/in_proj_bias$|out_proj\.bias$/, { constant: 0 }],
  // nn.Linear: 1 / √inputs, of the weight and of the bias.
  [/out_proj\.weight$/, { bound: 1 / Math.sqrt(d) }],
  [/linear1\.(weight|bias)$/, { bound: 1 / Math.sqrt(d) }],
  [/linear2\.(weight|bias)$/, { bound: 1 / Math.sqrt(dFf) }],
  [/^head\.(weight|bias)$/, { bound: 1 / Math.sqrt(d) }],
  [/norm\d?\.weight$|^ln\.weight$/, { constant: 1 }],
  [/norm\d?\.bias$|^ln\.bias$/, { constant: 0 }],
];

const expectLaw = (name: string, drawn: ArrayLike<number>, model: Model): void => {
  const laws = encoderLaws(model).filter(([pattern]) => pattern.test(name));
  expect(laws.length, name).toBe(1);
  const law = laws[0]![1];
  const values = Array.from(drawn);
  if ('constant' in law) {
    expect(values.every((value) => value === law.constant)).toBe(true);
    return;
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const wanted = 'bound' in law ? law.bound / Math.sqrt(3) : law.deviation;
  // Five standard errors of a mean and of a deviation of so many numbers.
  const error = 5 / Math.sqrt(values.length);
  expect(Math.abs(mean)).toBeLessThan(error * wanted);
  expect(Math.abs(deviation / wanted - 1)).toBeLessThan(error);
  if ('bound' in law) {
    const largest = Math.max(...values.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(Math.fround(law.bound));
    expect(largest).toBeGreaterThan(law.bound * (1 - 10 / values.length));
  }
};

describe('first weights', async () => {
  const { model, data } = await loadRunConfig('2602.16746-add');
  const { parameters } = buildModel({ model, data });
  const row = initialise(parameters, 42);
  const valuesOf = ({ offset, elements }: (typeof parameters)[number]) =>
    row.subarray(offset, offset + elements);

  it.each(parameters.map((parameter) => [parameter.name, parameter] as const))(
    'of %s follow PyTorch’s law',
    (name, parameter) => {
      expectLaw(name, valuesOf(parameter), model);
    },
  );

  it('by PyTorch itself follow them too', async () => {
    const description: unknown = JSON.parse(readFileSync(path.join(series, 'weight-geometry.json'), 'utf8'));
    const { model: its } = v.parse(descriptorSchema, description);
    const checkpoint = await openCheckpoint(path.join(series, 'step_000000.pt'));
    for (const { name, elements } of checkpoint.tensors) {
      expectLaw(name, await checkpoint.read(name, 0, elements), its);
    }
    await checkpoint.close();
  });

  it('are the same for the same seed and others for another', () => {
    expect(initialise(parameters, 42)).toEqual(row);
    const other = initialise(parameters, 43);
    const same = row.filter((value, i) => value === other[i]).length;
    const constants = parameters.filter(({ initial }) => initial.law === 'constant');
    expect(same).toBeLessThan(1.001 * constants.reduce((sum, { elements }) => sum + elements, 10));
  });
});
