import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep, win32 } from 'node:path';

export type ContainedPath =
  | { readonly kind: 'inside'; readonly path: string }
  | { readonly kind: 'outside' }
  | { readonly kind: 'missing' };

/**
 * The folder that links may lead to: in the Hugging Face cache a snapshot's files are links to
 * `blobs/` beside `snapshots/`, anywhere else it is the checkpoint's own folder.
 */
const boundary = (realFolder: string): string => {
  const snapshots = dirname(realFolder);
  const repository = dirname(snapshots);
  const isCache = basename(snapshots) === 'snapshots' && basename(repository).startsWith('models--');
  return isCache ? repository : realFolder;
};

const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

/**
 * The real target of `name`, a path given by a file of `folder`. Absolute paths, `..`, drive letters and
 * links that leave the folder are refused on every system.
 */
export const containedPath = async (folder: string, name: string): Promise<ContainedPath> => {
  const steps = name.split(/[\\/]/);
  const leaves = steps.includes('..') || isAbsolute(name) || win32.isAbsolute(name) || /^[a-z]:/i.test(name);
  if (leaves || name === '' || name.includes('\0')) return { kind: 'outside' };
  const path = join(folder, name);
  try {
    const [realFolder, realTarget] = await Promise.all([realpath(folder), realpath(path)]);
    return isWithin(boundary(realFolder), realTarget) ? { kind: 'inside', path } : { kind: 'outside' };
  } catch {
    return { kind: 'missing' };
  }
};
