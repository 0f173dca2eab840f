import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { RunFile } from '../../contract/run.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { makeFolder } from '../../disk/folders.js';
import { limits, readTextIfThere } from '../../disk/regularFile.js';
import { productVersion } from '../ground/versions.js';
import type { MeasureOptions, Paper } from './paper.js';
import { runEnds, runEndsSchema } from './runEnds.js';

const schemaName = 'weight-geometry/measured@1';
const keptSchema = v.object({
  schema: v.literal(schemaName),
  paper: v.string(),
  version: v.string(),
  lastStep: v.number(),
  /**
   * Identities of the checkpoints at both ends when they were measured: a run trained again in its folder has
   * others.
   */
  ends: v.optional(runEndsSchema),
  analysis: v.unknown(),
});

/** File of one paper's measurements of a run, in the run's folder or another. */
export const keptFile = (folder: string, { id }: Pick<Paper, 'id'>): string =>
  path.join(folder, `measured-${id}.json`);

/** The saved measurements in a run's folder or another, if they are of the current run and version. */
export const readAnalysis = async <A>(
  paper: Paper<A>,
  folder: string,
  run: RunFile,
  keptIn = folder,
): Promise<A | undefined> => {
  let value: unknown;
  try {
    value = JSON.parse((await readTextIfThere(keptFile(keptIn, paper), limits.results)) ?? '');
  } catch {
    // Absent or damaged: measured again.
    return undefined;
  }
  const kept = v.safeParse(keptSchema, value);
  if (!kept.success) return undefined;
  const { version, lastStep, ends, analysis } = kept.output;
  if (kept.output.paper !== paper.id || version !== productVersion || lastStep !== run.lastStep)
    return undefined;
  if (ends === undefined || !isDeepStrictEqual(ends, await runEnds(folder))) return undefined;
  const parsed = v.safeParse(paper.schema, analysis);
  return parsed.success ? parsed.output : undefined;
};

/** Measures a run, or reads the saved measurements from its folder or another. */
export const analysisOf = async <A>(
  paper: Paper<A>,
  folder: string,
  run: RunFile,
  options: MeasureOptions,
  keptIn = folder,
): Promise<A> => {
  const kept = await readAnalysis(paper, folder, run, keptIn);
  if (kept !== undefined) return kept;
  // Before they are read: checkpoints overwritten meanwhile invalidate the measurement.
  const ends = await runEnds(folder);
  const analysis = await paper.measure(folder, run, options);
  const content: v.InferOutput<typeof keptSchema> = {
    schema: schemaName,
    paper: paper.id,
    version: productVersion,
    lastStep: run.lastStep,
    ...(ends === undefined ? {} : { ends }),
    analysis,
  };
  await makeFolder(keptIn);
  await writeAtomically(keptFile(keptIn, paper), `${JSON.stringify(content, undefined, 1)}\n`);
  return analysis;
};
