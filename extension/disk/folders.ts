import { access, constants, mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../contract/errors.js';
import { writeError } from './systemErrors.js';

/** Whether `place` is `folder` or lies in it, by the names alone. */
export const isWithin = (folder: string, place: string): boolean => {
  const way = path.relative(folder, place);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
};

/** The nearest folder at or above `place` that is there: what the system says of writing is true of it. */
const nearest = async (place: string): Promise<string> => {
  const there = await stat(place).catch(() => undefined);
  const above = path.dirname(place);
  return there !== undefined || above === place ? place : nearest(above);
};

/**
 * Makes a folder that can be written in, and those above it.
 * @returns the outermost that was not there before, undefined where all were.
 * @throws GeometryError `unwritable`, `disk-full`.
 */
export const makeFolder = async (folder: string): Promise<string | undefined> => {
  try {
    const first = await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return first;
  } catch (thrown) {
    // Making several folders at once, Node may say that there is no such folder where the system says more.
    await access(await nearest(path.resolve(folder)), constants.W_OK).catch((refused: unknown) => {
      throw writeError(folder, refused);
    });
    throw writeError(folder, thrown);
  }
};

/**
 * {@link makeFolder} for a folder inside `root`, which may have come from elsewhere: a link on the way that leads out of
 * `root` is refused, so that nothing is written outside.
 * @throws GeometryError `unsafe-file`, `unwritable`, `disk-full`.
 */
export const makeFolderInside = async (root: string, folder: string): Promise<string | undefined> => {
  const firstOfRoot = await makeFolder(root);
  const realRoot = await realpath(root);
  const requireInside = async (place: string): Promise<void> => {
    if (isWithin(realRoot, await realpath(place))) return;
    throw new GeometryError(
      'unsafe-file',
      `${folder} leads out of ${root} by a link; nothing is written there.`,
    );
  };
  // What is there of the way, before more is made at its end; then all of it.
  await requireInside(await nearest(path.resolve(folder)));
  const first = await makeFolder(folder);
  await requireInside(folder);
  return firstOfRoot ?? first;
};
