import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { metricsFormats, type MetricsFormat } from './table.js';

export interface MetricsSource {
  readonly path: string;
  readonly format: MetricsFormat;
}

/** Log folders of trainers, searched beside checkpoints. */
const logFolders = /^(?:logs?|runs|tensorboard|tb|tb_logs|lightning_logs|csv_logs|wandb|trackio)$/i;
const DEEPEST = 4;
const MOST_FILES = 60;
const MOST_ENTRIES = 5_000;

const isVisible = (name: string): boolean => !name.startsWith('.');

const formatOf = (name: string): MetricsFormat | undefined =>
  metricsFormats.find(({ names }) => names.test(name));

const entriesOf = async (folder: string): Promise<Dirent[]> =>
  readdir(folder, { withFileTypes: true }).then(
    (entries) => (entries.length > MOST_ENTRIES ? [] : entries),
    () => [],
  );

const search = async (
  folder: string,
  depth: number,
  isWanted: (name: string) => boolean,
  found: MetricsSource[],
): Promise<void> => {
  const entries = (await entriesOf(folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (found.length >= MOST_FILES) return;
    const format = entry.isFile() ? formatOf(entry.name) : undefined;
    if (format) found.push({ path: path.join(folder, entry.name), format });
    // A link to a folder may lead outside, or in a circle. latest-run names a folder that is searched anyway.
    else if (entry.isDirectory() && depth > 0 && isWanted(entry.name)) {
      // Below a log folder, trainers name folders freely, by date and host for example.
      await search(path.join(folder, entry.name), depth - 1, isVisible, found);
    }
  }
};

/** `checkpoint-500/trainer_state.json` holds the history so far: that of the last step is complete. */
const lastCheckpoint = async (root: string): Promise<MetricsSource[]> => {
  const steps = (await entriesOf(root))
    .flatMap((entry) => {
      const step = /^checkpoint-(\d+)$/.exec(entry.name)?.[1];
      return entry.isDirectory() && step !== undefined ? [{ name: entry.name, step: Number(step) }] : [];
    })
    .sort((a, b) => b.step - a.step);
  for (const { name } of steps.slice(0, 1)) {
    const found: MetricsSource[] = [];
    await search(path.join(root, name), 0, () => false, found);
    return found.filter(({ format }) => format.id === 'trainer-state');
  }
  return [];
};

/**
 * Metric files beside the checkpoints of a series: in its folder, in log folders there, and the same one level
 * up if the checkpoints have their own folder (`checkpoints/`).
 */
export const metricsBeside = async (root: string): Promise<MetricsSource[]> => {
  const found: MetricsSource[] = [];
  const isFolder = await stat(root).then(
    (there) => there.isDirectory(),
    () => false,
  );
  const folder = isFolder ? root : path.dirname(root);
  const folders = /^(?:checkpoints?|ckpts?|weights|models?)$/i.test(path.basename(folder))
    ? [folder, path.dirname(folder)]
    : [folder];
  for (const place of folders) {
    await search(place, DEEPEST, (name) => logFolders.test(name), found);
    if (!found.some(({ format }) => format.id === 'trainer-state'))
      found.push(...(await lastCheckpoint(place)));
  }
  return found;
};

/** Metric files at a path that the user named: one file of any name in a known format, or a log folder. */
export const metricsAt = async (named: string): Promise<MetricsSource[]> => {
  const format = formatOf(path.basename(named));
  if (format) return [{ path: named, format }];
  const found: MetricsSource[] = [];
  await search(named, DEEPEST, isVisible, found);
  return found;
};
