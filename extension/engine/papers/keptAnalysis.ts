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
  /** The checkpoints' ends as they were when they were measured: a run trained anew in its folder has others. */
  ends: v.optional(runEndsSchema),
  analysis: v.unknown(),
});

/** In a run's folder, or another: what one paper measures of the run. */
export const keptFile = (folder: string, { id }: Pick<Paper, 'id'>): string =>
  path.join(folder, `measured-${id}.json`);

/** The analysis that is kept in a run's folder, or in another, if it is of the run as it is now and of this version. */
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
    // Absent or damaged: it is measured again.
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

/** Measures a run, or finds what was measured before and kept in its folder, or in another. */
export const analysisOf = async <A>(
  paper: Paper<A>,
  folder: string,
  run: RunFile,
  options: MeasureOptions,
  keptIn = folder,
): Promise<A> => {
  const kept = await readAnalysis(paper, folder, run, keptIn);
  if (kept !== undefined) return kept;
  // Before they are read: what is written over them meanwhile makes the measurement an old one.
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
