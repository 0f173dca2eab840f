import { createHash } from 'node:crypto';
import path from 'node:path';
import type { SweepCell } from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import { analyseRun, type AnalyseOptions } from './analyseRun.js';
import type { RunAnalysis } from '../../analyses/controls/analysis.js';
import { analysisOf, readAnalysis } from './keptAnalysis.js';
import { runEnds } from './runEnds.js';

/** What small multiples and tables of compared runs are drawn from. */
export type Measured = NonNullable<SweepCell['measured']>;

/** Where an inspection keeps what it measures: a run's folder is the user's, and gets no file from being looked at. */
const placeOf = (cacheFolder: string, folder: string, { config }: RunFile): string => {
  const identity = JSON.stringify([folder, config]);
  return path.join(cacheFolder, `run-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`);
};

/** What this process has measured: without a cache nothing else keeps it, and a sweep is read again as its runs go on. */
const measuredHere = new Map<string, Measured>();
const identityOf = async (folder: string, { config, lastStep }: RunFile): Promise<string> =>
  JSON.stringify([folder, config, lastStep, await runEnds(folder)]);

/** What was measured of a finished run before: by a reproduction, beside the run, or by an inspection, in its cache. */
export const keptMeasurement = async (
  folder: string,
  run: RunFile,
  cacheFolder: string | undefined,
): Promise<Measured | undefined> => {
  const places = [folder, ...(cacheFolder === undefined ? [] : [placeOf(cacheFolder, folder, run)])];
  for (const place of places) {
    const kept = await readAnalysis(folder, run, place);
    if (kept !== undefined) return measuredOf(kept);
  }
  return measuredHere.get(await identityOf(folder, run));
};

/** Measures a finished run at its last checkpoint, with the controls that its claims are held against. */
export const measureRun = async (
  folder: string,
  run: RunFile,
  cacheFolder: string | undefined,
  options: AnalyseOptions,
): Promise<Measured> => {
  if (cacheFolder !== undefined) {
    return measuredOf(await analysisOf(folder, run, options, placeOf(cacheFolder, folder, run)));
  }
  const identity = await identityOf(folder, run);
  const measured = measuredOf(await analyseRun(folder, run, options));
  measuredHere.set(identity, measured);
  return measured;
};

const measuredOf = ({ run, testAccuracy, reconstructions, kStar, controls }: RunAnalysis): Measured => {
  const { points, kStar95, kStar99 } = controls.walk;
  return {
    step: run.lastStep,
    testAccuracy,
    reconstructions,
    kStar,
    walk: {
      points,
      ...(kStar95 === undefined ? {} : { share95: kStar95 }),
      ...(kStar99 === undefined ? {} : { share99: kStar99 }),
    },
  };
};
