import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import { folderOfPlace } from '../../../contract/seriesPlace.js';
import type { Warning } from '../../../contract/report.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { openCheckpoint } from '../openCheckpoint.js';
import { readError } from '../../../disk/systemErrors.js';
import { findSeries, findSeriesOf } from './seriesSearch.js';
import { stemOf } from './seriesFolder.js';
import { stepInName } from './stepsInNames.js';

export interface SeriesEntry {
  /** Distinct within its series: the base name without its ending. */
  readonly label: string;
  /** Absent where the name has none; the file may still state one. */
  readonly step?: number;
  /** A file, an index, or a folder with one checkpoint in it. */
  readonly path: string;
  readonly files: readonly FileIdentity[];
  open(): Promise<Checkpoint>;
}

/** Checkpoints of one training run, in order of their steps. */
export interface Series {
  /** The folder that holds the run: descriptor, metrics and checkpoints are looked for here. */
  readonly root: string;
  /**
   * By which {@link discover} finds this series alone: a folder, a file, or, for one of several in a folder, what its names
   * have in common with `#` for the step (`runs/seed1_#.pt`), which is the name of no file.
   */
  readonly place: string;
  /** For display, distinct within a discovery. */
  readonly name: string;
  readonly checkpoints: readonly SeriesEntry[];
  readonly warnings: readonly Warning[];
  /** A training run of ours: it may still grow. */
  readonly isRun: boolean;
}

export interface Discovery {
  readonly path: string;
  /** At least one; the likeliest first, then by name. */
  readonly series: readonly Series[];
  /** Optimiser and trainer files, and weights that repeat the end of a series. */
  readonly leftOut: readonly string[];
}

export interface DiscoverOptions {
  readonly signal?: AbortSignal;
}

const singleFile = async (path: string): Promise<Discovery> => {
  const stats = await stat(path);
  const label = stemOf(basename(path));
  const step = stepInName(label, 'file')?.step;
  const entry: SeriesEntry = {
    label,
    ...(step === undefined ? {} : { step }),
    path,
    files: [{ path, bytes: stats.size, modifiedMs: stats.mtimeMs }],
    open: () => openCheckpoint(path),
  };
  const series: Series = {
    root: dirname(path),
    place: path,
    name: basename(path),
    checkpoints: [entry],
    warnings: [],
    isRun: false,
  };
  return { path, series: [series], leftOut: [] };
};

/** A series by its place, where that is no file: see {@link Series.place}. */
const oneOfSeveral = async (
  place: string,
  signal: AbortSignal | undefined,
): Promise<Discovery | undefined> => {
  const folder = folderOfPlace(place);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (folder === place || !isFolder) return undefined;
  const { series, leftOut } = await findSeries(folder, signal);
  const one = series.find((each) => each.place === place);
  return one && { path: place, series: [one], leftOut };
};

/**
 * The checkpoint series at a path: one file, a folder of checkpoints (files with steps in their names, a
 * folder for each step, shards), a run directory of this product, or a folder of such folders; for the
 * place of one series, that series only. Uses names and sizes only; no file is opened.
 * @throws GeometryError `not-found`, `unreadable`; `no-checkpoints`, with what was looked for and what was
 * found; `cancelled`.
 */
export const discover = async (path: string, { signal }: DiscoverOptions = {}): Promise<Discovery> => {
  const absolute = resolve(path);
  const stats = await stat(absolute).catch((thrown: unknown) => {
    const isAbsent = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    if (!isAbsent) throw readError(path, thrown);
    return undefined;
  });
  if (stats === undefined) {
    const one = await oneOfSeveral(absolute, signal);
    if (one !== undefined) return one;
    throw new GeometryError('not-found', `${path}: there is no such file or folder.`);
  }
  return stats.isDirectory() ? findSeries(absolute, signal) : singleFile(absolute);
};

/**
 * The series in a folder that known weight files belong to, as {@link discover} groups and names them there, however
 * deep the files lie. Nothing but the folders on the way to them is looked at.
 * @param folders those that hold the weight files themselves; one that holds no weights after all adds nothing.
 * @throws GeometryError `not-found`, `unreadable` for `top`; `cancelled`.
 */
export const seriesOf = async (
  top: string,
  folders: readonly string[],
  { signal }: DiscoverOptions = {},
): Promise<{ readonly series: readonly Series[]; readonly warnings: readonly Warning[] }> =>
  findSeriesOf(
    resolve(top),
    folders.map((folder) => resolve(folder)),
    signal,
  );
