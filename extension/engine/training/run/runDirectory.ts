import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError } from '../../../contract/errors.js';
import { runFileSchema, type RunFile } from '../../../contract/run.js';
import { removeLeftovers, writeAtomically } from '../../../disk/atomicFile.js';
import { makeFolder, makeFolderInside } from '../../../disk/folders.js';
import { limits, readTextIfThere } from '../../../disk/regularFile.js';
import { safetensorsFile, type WrittenTensor } from './safetensorsWriter.js';
import { stateFolder } from './trainerState.js';

/**
 * A run directory: `run.json`, `metrics.jsonl`, `checkpoints/step_NNNNNN.safetensors` with PyTorch's names, and
 * `state/`, from which the trainer resumes.
 */
const CHECKPOINTS = 'checkpoints';

export const runFilePath = (run: string): string => path.join(run, 'run.json');

export const checkpointPath = (run: string, step: number): string =>
  path.join(run, CHECKPOINTS, `step_${String(step).padStart(6, '0')}.safetensors`);

/**
 * The run that a folder holds, undefined where it holds none.
 * @throws GeometryError `malformed-file`, `unreadable`, `too-large`.
 */
export const readRunFile = async (run: string): Promise<RunFile | undefined> => {
  const file = runFilePath(run);
  const text = await readTextIfThere(file, limits.record);
  if (text === undefined) return undefined;
  try {
    return v.parse(runFileSchema, JSON.parse(text));
  } catch (cause) {
    throw new GeometryError('malformed-file', `${file} does not describe a run.`, { cause });
  }
};

/** @throws GeometryError `disk-full`, `unwritable`. */
export const writeRunFile = (run: string, content: RunFile): Promise<void> =>
  writeAtomically(runFilePath(run), `${JSON.stringify(content, undefined, 2)}\n`);

/** @throws GeometryError `disk-full`, `unwritable`; every checkpoint already written stays whole. */
export const writeCheckpoint = (
  run: string,
  step: number,
  tensors: readonly WrittenTensor[],
): Promise<void> =>
  writeAtomically(checkpointPath(run, step), safetensorsFile(tensors, { format: 'pt', step: String(step) }));

/** `folder` and those above it down from `first`, innermost first. */
const upTo = (folder: string, first: string): readonly string[] => {
  const top = path.resolve(first);
  const chain: string[] = [];
  for (let at = path.resolve(folder); at.startsWith(top); at = path.dirname(at)) chain.push(at);
  return chain;
};

const foldersOf = (run: string): readonly string[] => [path.join(run, CHECKPOINTS), stateFolder(run)];

/**
 * Makes the folders of a run. The run's own may be a link, as the user named it; those inside may not lead out of it.
 * @returns those that were not there, innermost first: what {@link removeUnused} takes.
 * @throws GeometryError `unwritable`, `unsafe-file`, `disk-full`.
 */
export const makeRunFolders = async (run: string): Promise<readonly string[]> => {
  const first = await makeFolder(run);
  let made = first === undefined ? [] : upTo(run, first);
  for (const folder of foldersOf(run)) {
    const inner = await makeFolderInside(run, folder);
    if (inner !== undefined) made = [...upTo(folder, inner), ...made];
  }
  return made;
};

/** Takes away what killed trainers left unfinished; only while the run is claimed. */
export const removeUnfinished = async (run: string): Promise<void> => {
  for (const folder of [run, ...foldersOf(run)]) await removeLeftovers(folder);
};

/** Removes folders, innermost first, up to the first that holds something: another's run may have begun there meanwhile. */
export const removeUnused = async (folders: readonly string[]): Promise<void> => {
  try {
    for (const folder of folders) await rmdir(folder);
  } catch {
    // Not empty, or already gone: what is left is somebody's.
  }
};
