import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../contract/errors.js';
import { writeError } from './systemErrors.js';

/**
 * Checks that a file can be written, before the work that produces it. Nothing is written. The write itself
 * reports later changes on disk.
 * @throws GeometryError `unwritable`: a folder has the name, its parent folder is missing, or writing is not
 * permitted.
 */
export const checkOutput = async (file: string): Promise<void> => {
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory() === true) {
    throw new GeometryError('unwritable', `A folder is in the way: ${file} could not be written.`);
  }
  // A pipe or a device is written to directly; its folder need not be writable.
  if (there !== undefined && !there.isFile()) return;
  const folder = path.dirname(path.resolve(file));
  const parent = await stat(folder).catch((thrown: unknown) => {
    throw writeError(file, thrown);
  });
  if (!parent.isDirectory()) {
    throw new GeometryError(
      'unwritable',
      `A part of the path is not a folder: ${file} could not be written.`,
    );
  }
  await access(folder, constants.W_OK | constants.X_OK).catch((thrown: unknown) => {
    throw writeError(file, thrown);
  });
};

/**
 * Checks that a folder can be written in, or created: its nearest existing parent decides.
 * @throws GeometryError `unwritable`.
 */
export const checkOutputFolder = async (folder: string): Promise<void> => {
  for (let place = path.resolve(folder); ; place = path.dirname(place)) {
    const there = await stat(place).catch(() => undefined);
    if (there === undefined && path.dirname(place) !== place) continue;
    if (there?.isDirectory() === false) {
      throw new GeometryError('unwritable', `${place} is not a folder: nothing can be written to ${folder}.`);
    }
    try {
      await access(place, constants.W_OK | constants.X_OK);
    } catch (thrown) {
      throw writeError(folder, thrown);
    }
    return;
  }
};
