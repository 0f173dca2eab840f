import { createHash } from 'node:crypto';
import path from 'node:path';
import type { RunFile } from '../../contract/run.js';
import { analysisOf, readAnalysis } from './keptAnalysis.js';
import type { MeasureOptions, Paper } from './paper.js';
import { runEnds } from './runEnds.js';

/** Folder of an inspection's measurements: an inspection writes nothing into the user's run folder. */
const placeOf = (cacheFolder: string, folder: string, { config }: RunFile): string => {
  const identity = JSON.stringify([folder, config]);
  return path.join(cacheFolder, `run-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`);
};

/**
 * Measurements of this process: without a cache nothing else keeps them, and a sweep is reread while its runs
 * continue.
 */
const measuredHere = new Map<string, unknown>();
const identityOf = async (paper: Paper, folder: string, { config, lastStep }: RunFile): Promise<string> =>
  JSON.stringify([paper.id, folder, config, lastStep, await runEnds(folder)]);

/**
 * Existing measurements of a finished run: by a reproduction, beside the run, or by an inspection, in its
 * cache.
 */
export const keptMeasurement = async (
  paper: Paper,
  folder: string,
  run: RunFile,
  cacheFolder: string | undefined,
): Promise<unknown> => {
  const places = [folder, ...(cacheFolder === undefined ? [] : [placeOf(cacheFolder, folder, run)])];
  for (const place of places) {
    const kept = await readAnalysis(paper, folder, run, place);
    if (kept !== undefined) return kept;
  }
  return measuredHere.get(await identityOf(paper, folder, run));
};

/** Measures a finished run at its last checkpoint, with the nulls of its claims. */
export const measureRun = async (
  paper: Paper,
  folder: string,
  run: RunFile,
  cacheFolder: string | undefined,
  options: MeasureOptions,
): Promise<unknown> => {
  if (cacheFolder !== undefined) {
    return analysisOf(paper, folder, run, options, placeOf(cacheFolder, folder, run));
  }
  const identity = await identityOf(paper, folder, run);
  const measured = await paper.measure(folder, run, options);
  measuredHere.set(identity, measured);
  return measured;
};
