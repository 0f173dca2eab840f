import { describe, expect, it } from 'vitest';
import type { FileSummary, Reply, SeriesListing } from '../../../extension/contract/calls.js';
import { seriesRows } from '../../../extension/host/explorer/seriesRows.js';
import { apartUnreadable } from '../../../extension/host/explorer/unreadableFiles.js';

const listing = (name: string, checkpoints: number): SeriesListing => ({
  ...{ root: `/w/${name}`, place: `/w/${name}`, name, warnings: [], isRun: false },
  checkpoints: Array.from({ length: checkpoints }, (_, i) => ({
    label: String(i),
    path: `/w/${name}/${i}`,
    bytes: 1,
  })),
});

describe('files that stand alone and are not read', () => {
  it('are set apart with their reasons; a series stays one', async () => {
    const asked: string[] = [];
    const describe = (path: string): Promise<Reply<FileSummary>> => {
      asked.push(path);
      const isGood = path.includes('good');
      return Promise.resolve(
        isGood
          ? { ok: true, value: {} as FileSummary }
          : { ok: false, error: { code: 'not-a-checkpoint', message: `${path} is none` } },
      );
    };
    const series = [listing('good', 1), listing('other', 1), listing('long', 3)];
    const rows = seriesRows([{ top: '/w', series }]);
    const apart = await apartUnreadable(rows, { describe });
    expect(apart.rows.map(({ label }) => label)).toEqual(['good', 'long']);
    expect(apart.unreadable.map(({ row, why }) => [row.label, why])).toEqual([
      ['other', '/w/other/0 is none'],
    ]);
    expect(asked).toEqual(['/w/good/0', '/w/other/0']);
  });
});
