import { access, constants, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError } from '../../../contract/errors.js';
import { runFileSchema, type RunFile } from '../../../contract/run.js';
import { writeAtomically, writeError } from './atomicFile.js';
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
 * @throws GeometryError `malformed-file`, `unreadable`.
 */
export const readRunFile = async (run: string): Promise<RunFile | undefined> => {
  const file = runFilePath(run);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new GeometryError('unreadable', `${file} could not be read.`, { cause });
  }
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

/**
 * Makes the folders of a run.
 * @throws GeometryError `unwritable`, `disk-full`.
 */
export const makeRunFolders = async (run: string): Promise<void> => {
  for (const folder of [run, path.join(run, CHECKPOINTS), stateFolder(run)]) {
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
    } catch (cause) {
      throw writeError(folder, cause);
    }
  }
};
