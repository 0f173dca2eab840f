import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GeometryError } from '../contract/errors.js';
import type { CudaSurvey } from '../contract/gpu.js';
import { withRemedy } from '../contract/gpuList.js';
import { linkCuda } from '../engine/runtime/cuda/links.js';
import { surveyCuda } from '../engine/runtime/cuda/survey.js';

/** Help text of `--cuda-from`. */
export const cudaFromHelp =
  "load CUDA's files from DIR: a Python environment, or a folder of libraries (repeatable)";

/** CUDA's files from a folder named by the user, linked into a temporary folder. */
export interface CudaFolder {
  readonly survey: CudaSurvey;
  /** For each folder that holds them, whether it was named. */
  readonly isAllowed: boolean;
  /** Environment with which a child finds the files; empty if its loader finds them by itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** Removes the links. */
  dispose(): Promise<void>;
}

/**
 * Looks for CUDA's files, also in the folders `named`, and links those that the loader would not find.
 * @throws GeometryError `unwritable`, `unreadable`.
 */
export const openCudaFolder = async (
  named: readonly string[],
  projects: readonly string[] = [process.cwd()],
): Promise<CudaFolder> => {
  const folders = named.map((folder) => path.resolve(folder));
  const survey = await surveyCuda({ environment: process.env, named: folders, projects });
  // Naming a folder is the consent. Files in other folders are reported, not loaded.
  const isAllowed = survey.consents.every((folder) => folders.includes(folder));
  if (survey.problem !== undefined || survey.links.length === 0 || !isAllowed)
    return { survey, isAllowed, environment: {}, dispose: () => Promise.resolve() };
  const folder = await mkdtemp(path.join(tmpdir(), 'weight-geometry-cuda-'));
  return {
    ...{ survey, isAllowed },
    environment: await linkCuda(survey, folder),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
};

/**
 * For a command that computes in its own process and was given `--cuda-from`: the files, or an error that says
 * why CUDA is unavailable.
 * @throws GeometryError `no-provider`.
 */
export const requireCudaFolder = async (named: readonly string[]): Promise<CudaFolder> => {
  const folder = await openCudaFolder(named, []);
  const why = withRemedy(folder.survey);
  if (why === undefined) return folder;
  throw new GeometryError('no-provider', why);
};
