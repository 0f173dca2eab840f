import type { Warning } from '../../contract/report.js';
import { discover, type SeriesEntry } from '../checkpoints/discovery/series.js';

/** The series that an inspection is about. */
export interface SourceSeries {
  /** What was asked for. */
  readonly path: string;
  /** The folder that holds the run. */
  readonly root: string;
  readonly name: string;
  readonly entries: readonly SeriesEntry[];
  readonly warnings: readonly Warning[];
  /** Names of other series under the same path. */
  readonly otherSeries: readonly string[];
}

/**
 * The likeliest series at a path; others are named in a warning.
 * @throws GeometryError as `discover` does.
 */
export const findSeries = async (path: string, signal: AbortSignal): Promise<SourceSeries> => {
  const { series } = await discover(path, { signal });
  const [chosen, ...others] = series;
  const named = others
    .slice(0, 4)
    .map(({ name }) => name)
    .join(', ');
  const warning: Warning = {
    code: 'other-series',
    message: `${path} holds ${series.length} series; ${chosen!.name} is inspected. The others are ${named}${others.length > 4 ? ', …' : ''}.`,
    path,
  };
  return {
    path,
    root: chosen!.root,
    name: chosen!.name,
    entries: chosen!.checkpoints,
    warnings: [...chosen!.warnings, ...(others.length > 0 ? [warning] : [])],
    otherSeries: others.map(({ name }) => name),
  };
};
