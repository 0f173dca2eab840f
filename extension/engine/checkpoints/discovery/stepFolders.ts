import { basename, join, relative } from 'node:path';
import type { Warning } from '../../../contract/report.js';
import { makeEntry, pathOf, soleUnit, type Candidate } from './candidates.js';
import { stemOf, type FolderListing } from './seriesFolder.js';
import { stepInName, type SteppedName } from './stepsInNames.js';

/** Weights lie this far below the folder of their step: `global_step_100/actor/huggingface`. */
const DEEPEST_INSIDE = 3;

type List = (folder: string) => Promise<FolderListing | undefined>;

interface StepFolder {
  readonly folder: string;
  readonly name: string;
  readonly stepped: SteppedName;
}

/** The checkpoints that one folder of a listing holds: one, or several models side by side, each its own family. */
const checkpointsIn = async (
  { folder: top, name, stepped }: StepFolder,
  { folder, units }: FolderListing,
): Promise<Candidate[]> => {
  const inside = relative(top, folder).replaceAll('\\', '/');
  const family = `${stepped.family}/${inside}`;
  const candidate = async (path: string, unit: (typeof units)[number], part: string): Promise<Candidate> => ({
    entry: await makeEntry({ folder, label: name, step: stepped.step, path }, unit),
    family: part === '' ? family : `${family}${inside === '' ? '' : '/'}${part}`,
    warnings: unit.warnings,
  });
  const sole = soleUnit(units);
  if (sole !== undefined) return [await candidate(folder, sole, '')];
  // Several in one format: a policy beside its value head, two halves of a pipeline.
  return Promise.all(units.map((unit) => candidate(pathOf(folder, unit), unit, stemOf(basename(unit.stem)))));
};

/** Below a step's folder, in folders that are no steps themselves. */
const checkpointsBelow = async (
  step: StepFolder,
  listing: FolderListing,
  list: List,
  depth: number,
): Promise<Candidate[]> => {
  if (listing.units.length > 0) return checkpointsIn(step, listing);
  if (depth === DEEPEST_INSIDE) return [];
  const found: Candidate[] = [];
  for (const name of listing.folders) {
    if (stepInName(name, 'folder') !== undefined) continue;
    const inner = await list(join(listing.folder, name));
    if (inner !== undefined) found.push(...(await checkpointsBelow(step, inner, list, depth + 1)));
  }
  return found;
};

/**
 * Folders such as `checkpoint-500`, each with one checkpoint or several models side by side, at its top or a few folders
 * down; those of one family are a series.
 */
export const stepFolders = async (
  listing: FolderListing,
  list: List,
): Promise<{ candidates: Candidate[]; warnings: Warning[]; rest: string[] }> => {
  const candidates: Candidate[] = [];
  const warnings: Warning[] = [];
  const rest: string[] = [];
  for (const name of listing.folders) {
    const stepped = stepInName(name, 'folder');
    if (stepped === undefined) {
      rest.push(name);
      continue;
    }
    const folder = join(listing.folder, name);
    const inner = await list(folder);
    if (inner === undefined) continue;
    const found = await checkpointsBelow({ folder, name, stepped }, inner, list, 0);
    candidates.push(...found);
    if (found.length > 0) continue;
    if (inner.folders.length > 0) rest.push(name);
    else {
      const message = `${folder}: this checkpoint folder holds no weights and is left out.`;
      warnings.push({ code: 'checkpoint-without-weights', path: folder, message });
    }
  }
  return { candidates, warnings, rest };
};
