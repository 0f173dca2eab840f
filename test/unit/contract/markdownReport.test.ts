import { describe, expect, it } from 'vitest';
import { markdownReport } from '../../../extension/contract/markdownReport.js';
import type { Report } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';

function reportOf(name: string): Report {
  const store = new ReportStore();
  store.add({
    header: {
      schema: 'weight-geometry/report@1',
      source: { path: '/runs/a', name, kind: 'series' },
      settings: { seed: 1, shuffleDraws: 5, randomWalkDraws: 20, subspace: 8, precision: 'auto' },
      versions: { product: '1.2.3' },
      created: '2026-11-26T00:00:00Z',
    },
    trajectories: [
      {
        group: 'all',
        parameters: 10,
        centred: true,
        steps: [0, 1],
        explained: [0.75, 0.25],
        coordinates: [],
        residual: [],
        null: { kind: 'random-walk', draws: 20, seed: 1, mean: [0.5, 0.2], q05: [], q95: [] },
      },
    ],
    warnings: [{ code: 'duplicate', message: 'Two files | are <equal>.' }],
  });
  return store.report()!;
}

describe('a report as Markdown', () => {
  it('has each share beside its null, the warnings, and where the numbers come from', () => {
    const text = markdownReport(reportOf('run'));
    expect(text).toContain('| all | centred | 0.75 | 0.5 |  | 0.25 | 0.2 |  |');
    expect(text).toContain('- Two files \\| are \\<equal\\>. [duplicate]');
    expect(text).toContain('- source: /runs/a');
    expect(text).toContain('Weight Geometry 1.2.3');
    expect(text).not.toContain('## Runs');
  });

  it('shows a name from a file as it is, not as Markdown', () => {
    expect(markdownReport(reportOf('a\n# *b* <script>'))).toMatch(/^# a \\# \\\*b\\\* \\<script\\>\n/);
  });
});
