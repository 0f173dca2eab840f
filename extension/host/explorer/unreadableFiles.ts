import type { Reader } from '../processes/reader.js';
import type { SeriesRow } from './seriesRows.js';

/** Number of headers read to find unreadable files; files beyond it count as readable until they are opened. */
const mostLooked = 400;
/** Headers read at a time. */
const together = 8;

/** A single file that cannot be read as weights, and why. */
export interface UnreadableRow {
  readonly row: SeriesRow;
  readonly why: string;
}

/**
 * Separates single files that cannot be read: an unrelated `.bin`, an incomplete download. A series of several
 * checkpoints stays a series even if one of them is broken.
 */
export async function apartUnreadable(
  rows: readonly SeriesRow[],
  reader: Pick<Reader, 'describe'>,
): Promise<{ readonly rows: readonly SeriesRow[]; readonly unreadable: readonly UnreadableRow[] }> {
  const alone = rows.filter(({ series }) => series.checkpoints.length === 1).slice(0, mostLooked);
  const why = new Map<SeriesRow, string>();
  for (let from = 0; from < alone.length; from += together) {
    await Promise.all(
      alone.slice(from, from + together).map(async (row) => {
        const described = await reader.describe(row.series.checkpoints[0]!.path);
        if (!described.ok) why.set(row, described.error.message);
      }),
    );
  }
  return {
    rows: rows.filter((row) => !why.has(row)),
    unreadable: [...why].map(([row, reason]) => ({ row, why: reason })),
  };
}
