import fs from 'node:fs/promises';
import path from 'node:path';
import { descriptorFileName } from '../../contract/descriptor.js';
import { findRun } from '../../queue/localRun.js';
import { holdsSweep, sweepFile } from '../sweepFolder.js';
import { isShardIndex } from '../../contract/weightFormats.js';
import { isForeign, mayHoldWeights } from '../weightFiles.js';

const deepestFolder = 3;
const runFile = 'run.json';
/** Files that describe the model of checkpoints. */
export const descriptors: readonly string[] = [descriptorFileName, runFile];
/** Files that show the progress of a sweep. Its runs' checkpoints lie deeper than the search. */
const sweepRecords: readonly string[] = [sweepFile, runFile, 'metrics.jsonl'];

/**
 * The state of a source's files by names, sizes and times, and whether its runs are trained. Reads no weights.
 */
export interface SourceSignature {
  /** Differs if and only if the state differs. */
  readonly text: string;
  /** Whether there is anything to inspect: weight files, or the records of a sweep. */
  readonly holdsSource: boolean;
  readonly isFolder: boolean;
  readonly isSweep: boolean;
}

const isDescriptor = (place: string): boolean => descriptors.includes(path.basename(place));
const isSource = (place: string, isSweep: boolean): boolean =>
  mayHoldWeights(place) || isShardIndex(place) || (isSweep && sweepRecords.includes(path.basename(place)));

/**
 * Whether a change at a place beside or under a source can change its signature, judged by the place's name.
 */
export const mayConcern = (place: string, isSweep: boolean): boolean =>
  isSource(place, isSweep) ||
  isDescriptor(place) ||
  // Apparently a folder.
  path.extname(place) === '';

/** The signature of a path: a file, or a folder and its content, and the files that describe its model. */
export async function signatureOf(source: string): Promise<SourceSignature> {
  const lines: string[] = [];
  let holdsSource = false;
  const isSweep = holdsSweep(source);
  const note = async (place: string, countsAsSource: boolean): Promise<void> => {
    const stat = await fs.stat(place).catch(() => undefined);
    if (!stat?.isFile()) return;
    lines.push(`${place}|${stat.size}|${stat.mtimeMs}`);
    holdsSource ||= countsAsSource;
  };
  // A killed trainer changes no file of its run.
  const noteHolder = async (run: string): Promise<void> => {
    const { kind } = await findRun(run);
    if (kind !== 'none') lines.push(`${run}|${kind}`);
  };
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
    const shown = entries.filter(({ name }) => !name.startsWith('.') && !isForeign(name));
    const places = shown.map((entry) => ({ entry, place: path.join(folder, entry.name) }));
    const files = places.filter(({ entry }) => !entry.isDirectory());
    await Promise.all(
      files
        .filter(({ place }) => isSource(place, isSweep) || isDescriptor(place))
        .map(({ place }) => note(place, isSource(place, isSweep))),
    );
    if (files.some(({ entry }) => entry.name === runFile)) await noteHolder(folder);
    if (depth + 1 >= deepestFolder) return;
    for (const { entry, place } of places) {
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(place)))) {
        await visit(place, depth + 1);
      }
    }
  };

  const sourceIsFolder = await isFolder(source);
  if (sourceIsFolder) await visit(source, 0);
  else await note(source, true);
  const above = [path.dirname(source), ...(sourceIsFolder ? [] : [path.dirname(path.dirname(source))])];
  for (const folder of new Set(above)) {
    for (const name of descriptors) await note(path.join(folder, name), false);
  }
  return { text: lines.sort().join('\n'), holdsSource, isFolder: sourceIsFolder, isSweep };
}

const isFolder = (place: string): Promise<boolean> =>
  fs.stat(place).then(
    (stat) => stat.isDirectory(),
    () => false,
  );

/** A glob that matches exactly this name, with its special characters escaped. */
export const globOf = (name: string): string => name.replace(/[[\]{}*?]/g, '[$&]');
