import { describe, expect, it } from 'vitest';
import { decimals, deviations, integer, none, number, percent } from '../../../webview/words/numbers.js';

describe('numbers on a page', () => {
  it('have one minus, also of exponents, which is not the sign of no number', () => {
    const shown = [number(-0.25), number(-3.7e-4), decimals(-1.5, 2), integer(-12), percent(-0.496)];
    expect(shown).toEqual(['−0.25', '−3.7 × 10⁻⁴', '−1.50', '−12', '−49.6%']);
    for (const text of shown) expect(text).not.toMatch(new RegExp(`[-${none}]`));
  });

  it('in standard deviations are whole from ten on, and never three digits of which two are zeros', () => {
    expect([8.77, -8.25, 9.96, 100.6, -12.4].map(deviations)).toEqual(['8.8', '−8.3', '10', '101', '−12']);
  });
});
