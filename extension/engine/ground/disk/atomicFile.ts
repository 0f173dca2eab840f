import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError, type ErrorCode } from '../../../contract/errors.js';

/** What the system's refusals to write mean. */
const refusals: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['disk-full', 'The disk is full'],
  EDQUOT: ['disk-full', 'The disk quota is used up'],
  EFBIG: ['disk-full', 'The file would be larger than the system allows'],
  EACCES: ['unwritable', 'Writing is not permitted'],
  EPERM: ['unwritable', 'Writing is not permitted'],
  EROFS: ['unwritable', 'The file system is read-only'],
  ENOTDIR: ['unwritable', 'A part of the path is not a folder'],
  EEXIST: ['unwritable', 'A part of the path is not a folder'],
  EISDIR: ['unwritable', 'A folder is in the way'],
};

/** The error for a failed write of `file`, naming it. */
export const writeError = (file: string, cause: unknown): GeometryError => {
  if (cause instanceof GeometryError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const [kind, reason] = refusals[code ?? ''] ?? [
    'unwritable',
    `The system refused (${code ?? String(cause)})`,
  ];
  return new GeometryError(kind, `${reason}: ${file} could not be written.`, { cause });
};

/** Makes a rename in a folder last through a power cut; systems that cannot open a folder need not. */
export const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Writes a file so that its name shows the old content or the new, whole, at any moment: a `.partial` neighbour is
 * written and flushed, then renamed. A `.partial` that a killed process left is written over; a write that fails takes
 * its own away, which on a full disk makes room.
 * @throws GeometryError `disk-full`, `unwritable`; the old content stays.
 */
export const writeAtomically = async (file: string, content: Uint8Array | string): Promise<void> => {
  const partial = `${file}.partial`;
  try {
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
    await syncFolder(path.dirname(file));
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw writeError(file, cause);
  }
};
