import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { RunFile } from '../../contract/run.js';
import { productVersion } from '../inspection/versions.js';
import { writeAtomically } from '../training/run/atomicFile.js';
import { analyseRun, type AnalyseOptions } from './analyseRun.js';
import { analysisSchema, type RunAnalysis } from './analysis.js';

const fileIn = (folder: string): string => path.join(folder, 'reconstruction.json');

/** The analysis that a run's folder holds, if it is of the run as it is now and of this version. */
export const readAnalysis = async (folder: string, run: RunFile): Promise<RunAnalysis | undefined> => {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(fileIn(folder), 'utf8'));
  } catch {
    // Absent or damaged: it is measured again.
    return undefined;
  }
  const parsed = v.safeParse(analysisSchema, value);
  if (!parsed.success) return undefined;
  const { version, run: measured } = parsed.output;
  const isCurrent = version === productVersion && measured.lastStep === run.lastStep;
  return isCurrent ? parsed.output : undefined;
};

/** Measures a run, or finds what was measured before and kept in its folder, or in another. */
export const analysisOf = async (
  folder: string,
  run: RunFile,
  options: AnalyseOptions,
  keptIn = folder,
): Promise<RunAnalysis> => {
  const kept = await readAnalysis(keptIn, run);
  if (kept !== undefined) return kept;
  const analysis = await analyseRun(folder, run, options);
  await mkdir(keptIn, { recursive: true });
  await writeAtomically(fileIn(keptIn), `${JSON.stringify(analysis, undefined, 1)}\n`);
  return analysis;
};
