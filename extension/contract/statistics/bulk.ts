import { statistic } from './statistic.js';

/** Where the spectrum leaves that of independent entries. */
export const bulk = [
  statistic({
    key: 'aboveUpperEdge',
    label: 'values above the Marchenko–Pastur edge',
    short: '> MP edge',
    formula: '#{i: σᵢ > s (√m + √n)}, s² = variance of the entries',
    note: 'Spikes above the bulk; those of the shuffled matrix are WeightWatcher’s correlation traps.',
    format: 'count',
    tables: ['terminal'],
    value: ({ values, upperEdge }) =>
      upperEdge === undefined ? undefined : values.filter((value) => value > upperEdge).length,
  }),
];
