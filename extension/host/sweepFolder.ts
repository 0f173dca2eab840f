import fs from 'node:fs';
import path from 'node:path';

/** A folder with this file is a sweep: a grid, and its runs in `runs/`. */
export const sweepFile = 'sweep.json';

export const holdsSweep = (folder: string): boolean => fs.existsSync(path.join(folder, sweepFile));

/** The path to inspect: for a sweep's file, its folder. */
export const inspectedAt = (file: string): string =>
  path.basename(file) === sweepFile ? path.dirname(file) : file;

/** The folder of the sweep that a run's folder belongs to; undefined for a single run. */
export const sweepOf = (run: string): string | undefined => {
  const runs = path.dirname(run);
  const sweep = path.dirname(runs);
  return path.basename(runs) === 'runs' && holdsSweep(sweep) ? sweep : undefined;
};

/** The folder of a run of a sweep. */
export const runOf = (sweep: string, name: string): string => path.join(sweep, 'runs', name);
