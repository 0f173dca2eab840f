import { describe, expect, it } from 'vitest';
import type { SpectrumEntry } from '../../../extension/contract/report.js';
import { statisticKeys } from '../../../extension/contract/statistics/table.js';
import { toCsv } from '../../../webview/charts/csv.js';
import { statisticsTable } from '../../../webview/pages/overview/statisticsTable.js';

describe('the CSV file of all statistics', () => {
  it('has a column for each key of the table and three for its null, empty where there is none', () => {
    const entry: SpectrumEntry = {
      ...{ step: 5, tensor: 'w', part: 'Q', of: 'change', rows: 2, columns: 3, singularValues: [2, 1] },
      ...{ method: 'test', exact: true, errorBound: 0, spectralNorm: 2, frobeniusNorm: 3, stableRank: 2.25 },
      nulls: { stableRank: { mean: 1.5, q05: 1, q95: 2 } },
    };
    const [heading, row] = toCsv(statisticsTable({ spectra: [entry], tensors: [] }), [])
      .split('\r\n')
      .map((line) => line.split(','));
    const of = (name: string) => row![heading!.indexOf(name)];
    expect(heading!.length).toBe(6 + 4 * statisticKeys.length);
    expect(row!.length).toBe(heading!.length);
    expect([of('matrix'), of('step'), of('of')]).toEqual(['w#Q', '5', 'change']);
    expect([of('stableRank'), of('stableRank shuffled'), of('stableRank shuffled q95')]).toEqual([
      '2.25',
      '1.5',
      '2',
    ]);
    expect([of('effectiveRank'), of('effectiveRank shuffled')]).toEqual(['', '']);
  });
});
