import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Warning } from '../../contract/report.js';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import { openCheckpoint } from '../checkpoints/openCheckpoint.js';

/** One checkpoint of a series, not yet opened. */
export interface SourceEntry {
  readonly label: string;
  readonly path: string;
  readonly step?: number;
  readonly open: () => Promise<Checkpoint>;
}

/** The series that an inspection is about. */
export interface SourceSeries {
  readonly root: string;
  readonly name: string;
  readonly entries: readonly SourceEntry[];
  readonly warnings: readonly Warning[];
  /** Roots of other series under the same path. */
  readonly otherSeries: readonly string[];
}

export const findSeries = async (path: string): Promise<SourceSeries> => {
  const isFolder = (await stat(path)).isDirectory();
  const names = isFolder ? (await readdir(path)).filter((n) => /\.(pt|safetensors)$/.test(n)).sort() : [''];
  return {
    root: path,
    name: basename(path),
    entries: names.map((name) => {
      const step = /(\d+)\.[^.]*$/.exec(name)?.[1];
      const file = join(path, name);
      return {
        label: name || basename(path),
        path: file,
        ...(step ? { step: Number(step) } : {}),
        open: () => openCheckpoint(file),
      };
    }),
    warnings: [],
    otherSeries: [],
  };
};
