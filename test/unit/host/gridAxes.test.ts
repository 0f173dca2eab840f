import { describe, expect, it } from 'vitest';
import { gridSize, numbersIn, taskSetsIn } from '../../../extension/host/sweeps/gridAxes.js';

describe('the axes of a sweep as they are typed', () => {
  it('are different numbers within their range', () => {
    expect(numbersIn('0, 0.1 1', { least: 0 })).toEqual([0, 0.1, 1]);
    expect(numbersIn('1e-3', { least: 0 })).toEqual([0.001]);
    for (const wrong of ['', '1, 1', 'one', '-1', 'Infinity'])
      expect(numbersIn(wrong, { least: 0 })).toBeUndefined();
    expect(numbersIn('1.5', { areWhole: true })).toBeUndefined();
    expect(numbersIn('1', { above: 0, below: 1 })).toBeUndefined();
  });

  it('are different sets of known tasks', () => {
    expect(taskSetsIn('add, add+mul')).toEqual([['add'], ['add', 'mul']]);
    for (const wrong of ['', 'add, add', 'add+add', 'mul+add, add+mul', 'nothing'])
      expect(taskSetsIn(wrong)).toBeUndefined();
  });

  it('make as many runs as there are combinations', () => {
    expect(gridSize({ decays: [0, 1], seeds: [1, 2, 3], tasks: [['add']], fractions: [0.5, 0.8] })).toBe(12);
  });
});
