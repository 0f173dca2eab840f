import { describe, expect, it } from 'vitest';
import type { Amount, Measurement } from '../../../extension/contract/report.js';
import { seedTable } from '../../../extension/engine/papers/measurementTable.js';
import type { CellResult } from '../../../extension/engine/papers/paper.js';

const run = (seed: number, value: Amount, walk: Amount) => {
  const measurement: Measurement = {
    ...{ name: 'k', table: 'Table', says: '', value, format: 'number' },
    nulls: [{ name: 'walk', value: walk }],
  };
  const cell = { scale: 'baseline', decay: 1, seed, tasks: ['add', 'mul'] };
  return {
    result: { cell, analysis: {} } as unknown as CellResult,
    measurements: [measurement],
  };
};
const rowsOf = (...runs: ReturnType<typeof run>[]) =>
  seedTable('Table', runs).flatMap(({ rows }) => rows.map((row) => row.at(-1)));

describe('a table over seeds', () => {
  it('has the median and the range of numbers, and of their nulls', () => {
    expect(rowsOf(run(42, 6, { above: 30 }), run(1, 4, 25), run(2, 5, 27))).toEqual([
      '5.00 (4.00 to 6.00)',
      '27.00 (25.00 to >30.00)',
    ]);
  });

  it('has the mean of the middle two of an even number; the lower where the upper lies beyond the scan', () => {
    expect(rowsOf(run(42, 6, { above: 30 }), run(1, 4, 25))).toEqual([
      '5.00 (4.00 to 6.00)',
      '25.00 (25.00 to >30.00)',
    ]);
  });

  it('has the least and the greatest of ranges, which have no median', () => {
    const rows = rowsOf(
      run(42, { low: 0.129, high: 0.368 }, { low: 0, high: 0.02 }),
      run(1, { low: 0.112, high: 0.534 }, { low: -0.01, high: 0.01 }),
    );
    expect(rows).toEqual(['0.11 to 0.53', '-0.01 to 0.02']);
  });

  it('takes the columns of its own table, where another has one of that name', () => {
    const both = (seed: number, other: number, own: number) => {
      const made = run(seed, own, 0);
      return {
        ...made,
        measurements: [{ ...made.measurements[0]!, table: 'Other', value: other }, ...made.measurements],
      };
    };
    expect(rowsOf(both(42, 9, 1), both(1, 8, 2), both(2, 7, 3))[0]).toBe('2.00 (1.00 to 3.00)');
  });

  it('is absent where each cell has one seed', () => {
    expect(seedTable('Table', [run(42, 6, 8)])).toEqual([]);
  });
});
