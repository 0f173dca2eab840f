import type { Warning } from '../../contract/report.js';
import { weightEndingOf, weightFormats, type WeightFormat } from '../../contract/weightFormats.js';
import { discover, type SeriesEntry } from '../checkpoints/discovery/series.js';

const holdsRuns: ReadonlySet<string> = new Set([
  ...weightFormats.filter(({ name }) => name === 'pytorch').flatMap(({ endings }: WeightFormat) => endings),
  '',
]);

/** The series that is inspected. */
export interface SourceSeries {
  /** The requested path. */
  readonly path: string;
  /** The run's folder. */
  readonly root: string;
  readonly name: string;
  readonly entries: readonly SeriesEntry[];
  readonly warnings: readonly Warning[];
  /** Other series under the same path, each with the path that inspects it alone. */
  readonly otherSeries: readonly { readonly name: string; readonly path: string }[];
}

/** The checkpoints of a run saved as one file; undefined for any other series. */
const runInOneFile = async (entries: readonly SeriesEntry[]): Promise<SeriesEntry[] | undefined> => {
  const [only, second] = entries;
  if (only === undefined || second !== undefined || only.files.length > 1) return undefined;
  if (!holdsRuns.has(weightEndingOf(only.path))) return undefined;
  // Errors of the file are reported when it is inspected.
  const checkpoint = await only.open().catch(() => undefined);
  if (checkpoint === undefined) return undefined;
  await checkpoint.close();
  return checkpoint.run?.map(({ step, open }, i) => ({
    ...only,
    label: `${only.label}[${step ?? i}]`,
    ...(step === undefined ? {} : { step }),
    open,
  }));
};

/**
 * The most likely series at a path; a warning names the others.
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
  const run = await runInOneFile(chosen!.checkpoints);
  return {
    path,
    root: chosen!.root,
    name: chosen!.name,
    entries: run ?? chosen!.checkpoints,
    warnings: [...chosen!.warnings, ...(others.length > 0 ? [warning] : [])],
    otherSeries: others.map(({ name, place }) => ({ name, path: place })),
  };
};
