import path from 'node:path';
import type { FoundSeries, SeriesListing } from '../../contract/calls.js';

/** One series as the view shows it. */
export interface SeriesRow {
  /** Unique among all rows: several series may share a folder. */
  readonly id: string;
  /** The last component of its place, and which of the folder's series it is if there are several. */
  readonly label: string;
  /** The folder above, relative to the workspace folder; empty at the top. */
  readonly within: string;
  readonly series: SeriesListing;
  /**
   * The path to inspect for this series: its folder if inspecting the folder means this series, otherwise its
   * place.
   */
  readonly source: string;
}

/** The rows of all workspace folders, in order. A series found in two of them is one row. */
export function seriesRows(
  found: readonly { readonly top: string; readonly series: FoundSeries['series'] }[],
): SeriesRow[] {
  const rows = new Map<string, SeriesRow>();
  for (const { top, series } of found) {
    const roots = new Set<string>();
    for (const listing of series) {
      const above = path.dirname(path.relative(top, listing.root));
      const within = above === '.' ? '' : above;
      const label = within === '' ? listing.name : listing.name.slice(within.length + path.sep.length);
      const id = `${listing.root}|${label}`;
      const source = roots.has(listing.root) ? listing.place : listing.root;
      if (!rows.has(id)) rows.set(id, { id, label, within, series: listing, source });
      roots.add(listing.root);
    }
  }
  return [...rows.values()];
}
