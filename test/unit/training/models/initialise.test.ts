import { describe, expect, it } from 'vitest';
import { initialise } from '../../../../extension/engine/training/models/initialise.js';
import { buildModel } from '../../../../extension/engine/training/models/model.js';
import { loadRunConfig } from '../../../../extension/engine/training/runConfig.js';

/** PyTorch's default laws: a uniform one by its bound, a normal one by its deviation, a constant by its value. */
type Law = { readonly bound: number } | { readonly deviation: number } | { readonly constant: number };

/** torch.nn of the encoder of 2602.16746: d 128, feed-forward 256, p 97. */
const encoderLaws: readonly (readonly [RegExp, Law])[] = [
  [/^tok\.weight$/, { deviation: 1 }],
  [/^pos$/, { deviation: 1 / Math.sqrt(128) }],
  // nn.MultiheadAttention: Xavier over the fused matrix, zero biases.
  [/in_proj_weight$/, { bound: Math.sqrt(6 / (128 + 3 * 128)) }],
  [/in_proj_bias$|out_proj\.bias$/, { constant: 0 }],
  // nn.Linear: 1 / √inputs, of the weight and of the bias.
  [/out_proj\.weight$/, { bound: 1 / Math.sqrt(128) }],
  [/linear1\.(weight|bias)$/, { bound: 1 / Math.sqrt(128) }],
  [/linear2\.(weight|bias)$/, { bound: 1 / Math.sqrt(256) }],
  [/^head\.(weight|bias)$/, { bound: 1 / Math.sqrt(128) }],
  [/norm\d?\.weight$|^ln\.weight$/, { constant: 1 }],
  [/norm\d?\.bias$|^ln\.bias$/, { constant: 0 }],
];

describe('first weights', async () => {
  const { model, data } = await loadRunConfig('2602.16746-add');
  const { parameters } = buildModel({ model, data });
  const row = initialise(parameters, 42);
  const valuesOf = ({ offset, elements }: (typeof parameters)[number]) =>
    row.subarray(offset, offset + elements);

  it.each(parameters.map((parameter) => [parameter.name, parameter] as const))(
    'of %s follow PyTorch’s law',
    (name, parameter) => {
      const laws = encoderLaws.filter(([pattern]) => pattern.test(name));
      expect(laws.length, name).toBe(1);
      const law = laws[0]![1];
      const values = Array.from(valuesOf(parameter));
      if ('constant' in law) {
        expect(values.every((value) => value === law.constant)).toBe(true);
        return;
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
      );
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
    },
  );

  it('are the same for the same seed and others for another', () => {
    expect(initialise(parameters, 42)).toEqual(row);
    const other = initialise(parameters, 43);
    const same = row.filter((value, i) => value === other[i]).length;
    const constants = parameters.filter(({ initial }) => initial.law === 'constant');
    expect(same).toBeLessThan(1.001 * constants.reduce((sum, { elements }) => sum + elements, 10));
  });
});
