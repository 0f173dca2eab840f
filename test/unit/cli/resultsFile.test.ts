import { describe, expect, it } from 'vitest';
import { withResults } from '../../../extension/cli/bench/resultsFile.js';

const of = { date: '2026-01-01', machine: '2 × made', versions: { node: '22' } };
const measured = (ours: number) => [
  {
    name: 'values | 64',
    unit: 'ms',
    ours,
    peer: { name: 'NumPy', value: 2 },
    ratio: ours / 2,
    aim: 'at most .7',
    floor: { name: 'reading', value: 0.5 },
  },
];

describe('the file of results', () => {
  it('has a section for each benchmark, with machine and versions', () => {
    const text = withResults(undefined, [{ bench: 'svd', measurements: measured(1) }], of);
    expect(text).toContain('## svd\n\n2026-01-01, 2 × made, node 22.\n');
    expect(text).toContain(
      '| values \\| 64 | 1.000 ms | 2.000 ms | NumPy | 0.50 | at most .7 | 0.5000 ms (reading) |  |',
    );
  });

  it('keeps the sections of others, and takes the new of its own', () => {
    const first = withResults(undefined, [{ bench: 'svd', measurements: measured(1) }], of);
    const both = withResults(first, [{ bench: 'inspect', measurements: measured(3) }], of);
    const again = withResults(both, [{ bench: 'svd', measurements: measured(8) }], of);
    expect(again.match(/^## .*$/gm)).toEqual(['## inspect', '## svd']);
    expect(again).toContain('8.000 ms');
    expect(again).not.toContain('1.000 ms');
    expect(withResults(again, [], of)).toBe(again);
  });
});
