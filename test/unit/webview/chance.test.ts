import { describe, expect, it } from 'vitest';
import { isChance } from '../../../webview/report/chance.js';

describe('a model that guesses', () => {
  // Of 48 test pairs mod 11 a guesser has 4.4 right, with a standard deviation of 2: six are no finding.
  it('is one whose accuracy guesses of so many pairs often have', () => {
    expect(isChance(6 / 48, 1 / 11)).toBe(true);
    expect(isChance(12 / 48, 1 / 11)).toBe(false);
  });

  it('is told from one that learnt a little where there are many pairs', () => {
    expect(isChance(0.012, 1 / 97)).toBe(true);
    expect(isChance(0.03, 1 / 97)).toBe(false);
  });
});
