import { access, constants, mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../contract/errors.js';
import { systemCode, writeError } from './systemErrors.js';

/** Whether `place` is `folder` or lies in it, by the names alone. */
export const isWithin = (folder: string, place: string): boolean => {
  const way = path.relative(folder, place);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
};

/** The nearest existing folder at or above `place`; its permissions decide on writing. */
const nearest = async (place: string): Promise<string> => {
  const there = await stat(place).catch(() => undefined);
  const above = path.dirname(place);
  return there !== undefined || above === place ? place : nearest(above);
};

/** Missing folders at or above `place`, outermost first. */
const missing = async (place: string): Promise<string[]> => {
  const last = await nearest(place);
  const found: string[] = [];
  for (let at = place; at !== last; at = path.dirname(at)) found.unshift(at);
  return found;
};

/**
 * Creates a writable folder and its parents, one by one. Node's recursive `mkdir` never ends if the system
 * reports a missing folder inside an existing one (`/proc`).
 * @returns the outermost new folder; undefined if all existed.
 * @throws GeometryError `unwritable`, `disk-full`.
 */
export const makeFolder = async (folder: string): Promise<string | undefined> => {
  try {
    let first: string | undefined;
    for (const place of await missing(path.resolve(folder))) {
      try {
        await mkdir(place);
        first ??= place;
      } catch (thrown) {
        // Another process may have created it meanwhile.
        if (systemCode(thrown) !== 'EEXIST') throw thrown;
      }
    }
    if (!(await stat(folder)).isDirectory()) {
      throw Object.assign(new Error('This is no folder.'), { code: 'ENOTDIR' });
    }
    await access(folder, constants.W_OK);
    return first;
  } catch (thrown) {
    // The system may report a missing folder when it refuses writing above it.
    await access(await nearest(path.resolve(folder)), constants.W_OK).catch((refused: unknown) => {
      throw writeError(folder, refused);
    });
    throw writeError(folder, thrown);
  }
};

/**
 * {@link makeFolder} for a folder inside `root`, which may be untrusted: a link on the way that leads out of
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
  // The existing part first, before more is created below it; then all of it.
  await requireInside(await nearest(path.resolve(folder)));
  const first = await makeFolder(folder);
  await requireInside(folder);
  return firstOfRoot ?? first;
};
