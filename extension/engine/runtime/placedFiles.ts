import { access, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { limits, readTextIfThere } from '../../disk/regularFile.js';

/** The list of what was put into a folder: written before the first file is moved, and all that undoing goes by. */
const RECORD = 'cuda-provider.json';
/** A file that was there before is kept under this ending. */
const KEPT = '.before-cuda-provider';

const recordSchema = v.object({
  packageName: v.string(),
  files: v.array(v.string()),
  /** Those of the files that took the place of another. */
  replaced: v.optional(v.array(v.string()), []),
});
export type PlacedRecord = v.InferOutput<typeof recordSchema>;

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/**
 * What the record of a folder says, undefined where there is none.
 * @throws GeometryError `unreadable`, `malformed-file`.
 */
export const placedRecord = async (folder: string): Promise<PlacedRecord | undefined> => {
  const file = path.join(folder, RECORD);
  const text = await readTextIfThere(file, limits.record);
  if (text === undefined) return undefined;
  try {
    return v.parse(recordSchema, JSON.parse(text));
  } catch (cause) {
    throw new GeometryError('malformed-file', `${file} does not say what was installed.`, { cause });
  }
};

/**
 * Takes away what {@link placeFiles} put into a folder, and puts back what was there before: by the record alone, however
 * far the placing had come.
 * @throws GeometryError `unreadable`, `malformed-file`, `unwritable`.
 */
export const removePlaced = async (folder: string): Promise<void> => {
  const record = await placedRecord(folder);
  if (record === undefined) return;
  try {
    for (const name of record.files.map((file) => path.basename(file))) {
      const file = path.join(folder, name);
      if (!record.replaced.includes(name)) await rm(file, { force: true });
      // Without its kept copy, the file was not replaced yet: it is the one from before.
      else if (await exists(`${file}${KEPT}`)) await rename(`${file}${KEPT}`, file);
    }
    await rm(path.join(folder, RECORD), { force: true });
  } catch (cause) {
    throw new GeometryError('unwritable', `The files in ${folder} could not be removed.`, { cause });
  }
};

/**
 * Moves files from a folder beside into `folder`, all or none. A file of the same name that somebody else put there
 * is kept, and comes back when they are removed; what an earlier placing put there is removed first.
 */
export const placeFiles = async (
  folder: string,
  from: string,
  packageName: string,
  names: readonly string[],
): Promise<void> => {
  await removePlaced(folder);
  const replaced: string[] = [];
  for (const name of names) if (await exists(path.join(folder, name))) replaced.push(name);
  const record: PlacedRecord = { packageName, files: [...names], replaced };
  await writeAtomically(path.join(folder, RECORD), JSON.stringify(record));
  try {
    for (const name of names) {
      const target = path.join(folder, name);
      if (replaced.includes(name)) await rename(target, `${target}${KEPT}`);
      await rename(path.join(from, name), target);
    }
  } catch (cause) {
    await removePlaced(folder);
    throw cause;
  }
};
