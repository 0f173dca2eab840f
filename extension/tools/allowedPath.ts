import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../contract/errors.js';

const isInside = (root: string, file: string): boolean => {
  const relative = path.relative(root, file);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
};

/**
 * The full path of an assistant's argument. It must lie in one of the roots, with links resolved: an assistant
 * that reads a hostile file must not be led to other files. Links inside a named folder are not checked:
 * checkpoints often lie on another disk.
 * @throws GeometryError `not-found`, `invalid-argument` if no root contains it.
 */
export const allowedPath = async (roots: readonly string[], named: string): Promise<string> => {
  const [first] = roots;
  if (first === undefined)
    throw new GeometryError('invalid-argument', 'No folder is open: there is nothing to read.');
  const full = path.resolve(first, named);
  // The place of one series of a folder is a name without a file below the folder: its folder decides.
  const real = await realpath(full).catch(async () => {
    const parent = await realpath(path.dirname(full)).catch((cause: unknown) => {
      throw new GeometryError('not-found', `${named} does not exist.`, { cause });
    });
    return path.join(parent, path.basename(full));
  });
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => undefined);
    if (realRoot !== undefined && isInside(realRoot, real)) return full;
  }
  throw new GeometryError('invalid-argument', `${named} is outside of the folders that may be read.`);
};
