import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { leadLaw, leadLawWithInterval } from '../../../extension/engine/geometry/curvature/leadLaw.js';

const groks = [300, 900, 3000, 9000, 34_000, 136_000];
const exact = groks.map((grokStep) => ({ grokStep, lead: 0.1 * grokStep ** 1.2 }));

describe('the power law of leads', () => {
  it('is found where it holds, and has no width there', () => {
    const law = leadLawWithInterval(exact, { draws: 200, seed: 1 })!;
    expect(law.alpha).toBeCloseTo(1.2, 10);
    expect(law.factor).toBeCloseTo(0.1, 10);
    expect(law.rSquared).toBeCloseTo(1, 10);
    expect(law.high - law.low).toBeLessThan(1e-9);
    expect(law.null.alpha).toBeGreaterThan(0.8);
    expect(law.null.alpha).toBeLessThan(1.2);
    expect(law.null.rSquared).toBeGreaterThan(0.7);
  });

  it('has an interval that widens with noise and holds the exponent of most noisy sweeps', () => {
    const noisy = (seed: number) => {
      const random = seededRandom(seed);
      return [...exact, ...exact, ...exact].map(({ grokStep, lead }) => ({
        grokStep,
        lead: lead * Math.exp(0.3 * random.normal()),
      }));
    };
    const laws = Array.from({ length: 20 }, (_, seed) =>
      leadLawWithInterval(noisy(seed), { draws: 300, seed })!,
    );
    for (const { low, high } of laws) expect(high - low).toBeGreaterThan(0.02);
    expect(laws.filter(({ low, high }) => low <= 1.2 && 1.2 <= high).length).toBeGreaterThanOrEqual(14);
  });

  it('needs three runs with a lead, and grok steps that differ', () => {
    expect(leadLaw(exact.slice(0, 2))).toBeUndefined();
    expect(leadLaw([...exact.slice(0, 2), { grokStep: 500, lead: -100 }])).toBeUndefined();
    expect(leadLaw(exact.map(({ lead }) => ({ grokStep: 3000, lead })))).toBeUndefined();
  });
});
