import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { RunFile } from '../../../contract/run.js';
import { productVersion } from '../../ground/versions.js';
import { writeAtomically } from '../../../disk/atomicFile.js';
import { makeFolder } from '../../../disk/folders.js';
import { limits, readText } from '../../../disk/regularFile.js';
import { analyseRun, type AnalyseOptions } from './analyseRun.js';
import { analysisSchema, type RunAnalysis } from '../../analyses/controls/analysis.js';
import { runEnds } from './runEnds.js';

const fileIn = (folder: string): string => path.join(folder, 'reconstruction.json');

/**
 * The analysis that is kept in a run's folder, or in another, if it is of the run as it is now and of this version. One
 * that does not say of which files it is counts where it is younger than they are.
 */
export const readAnalysis = async (
  folder: string,
  run: RunFile,
  keptIn = folder,
): Promise<RunAnalysis | undefined> => {
  const file = fileIn(keptIn);
  let value: unknown;
  let writtenMs: number;
  try {
    value = JSON.parse(await readText(file, limits.results));
    writtenMs = (await stat(file)).mtimeMs;
  } catch {
    // Absent or damaged: it is measured again.
    return undefined;
  }
  const parsed = v.safeParse(analysisSchema, value);
  if (!parsed.success) return undefined;
  const { version, run: measured, ends } = parsed.output;
  if (version !== productVersion || measured.lastStep !== run.lastStep) return undefined;
  const now = await runEnds(folder);
  const isOfThese =
    ends === undefined
      ? now?.every(({ modifiedMs }) => modifiedMs <= writtenMs) === true
      : isDeepStrictEqual(ends, now);
  return isOfThese ? parsed.output : undefined;
};

/** Measures a run, or finds what was measured before and kept in its folder, or in another. */
export const analysisOf = async (
  folder: string,
  run: RunFile,
  options: AnalyseOptions,
  keptIn = folder,
): Promise<RunAnalysis> => {
  const kept = await readAnalysis(folder, run, keptIn);
  if (kept !== undefined) return kept;
  // Before they are read: what is written over them meanwhile makes the measurement an old one.
  const ends = await runEnds(folder);
  const measured = await analyseRun(folder, run, options);
  const analysis: RunAnalysis = { ...measured, ...(ends === undefined ? {} : { ends }) };
  await makeFolder(keptIn);
  await writeAtomically(fileIn(keptIn), `${JSON.stringify(analysis, undefined, 1)}\n`);
  return analysis;
};
