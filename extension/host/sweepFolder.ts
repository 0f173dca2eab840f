import fs from 'node:fs';
import path from 'node:path';

/** A folder with this file in it holds a sweep: a grid, and its runs in `runs/`. */
export const sweepFile = 'sweep.json';

export const holdsSweep = (folder: string): boolean => fs.existsSync(path.join(folder, sweepFile));

/** What is inspected for a path: for the file of a sweep the folder that it describes. */
export const inspectedAt = (file: string): string =>
  path.basename(file) === sweepFile ? path.dirname(file) : file;

/** The folder of the sweep that a run's folder belongs to; undefined for a run of its own. */
export const sweepOf = (run: string): string | undefined => {
  const runs = path.dirname(run);
  const sweep = path.dirname(runs);
  return path.basename(runs) === 'runs' && holdsSweep(sweep) ? sweep : undefined;
};

/** The folder of a run of a sweep. */
export const runOf = (sweep: string, name: string): string => path.join(sweep, 'runs', name);
