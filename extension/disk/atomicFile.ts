import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../contract/errors.js';
import { flag } from './regularFile.js';
import { systemCode, writeError } from './systemErrors.js';

/** Unpredictable names that cannot exist already. */
const PARTIAL = /\.[0-9a-f]{12}\.partial$/;
/** A file name has at most 255 bytes, a character at most four. */
const MOST_CHARACTERS = 48;

const partialName = (file: string): string => {
  const name = `${path.basename(file).slice(0, MOST_CHARACTERS)}.${randomBytes(6).toString('hex')}.partial`;
  return path.join(path.dirname(file), name);
};

/**
 * Creates a new file for writing. An existing file or link of that name is left alone.
 * @throws the system's error, `EEXIST` if the name exists.
 */
export const createExclusively = (file: string): Promise<FileHandle> =>
  open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | flag('O_NOFOLLOW'));

/** Some systems cannot open a folder; they do without. */
const withoutSync = new Set(['EACCES', 'EPERM', 'EINVAL', 'EISDIR', 'ENOTSUP', 'ENOSYS']);

/** Makes a rename in a folder survive a power cut. */
const syncFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (!withoutSync.has(systemCode(thrown) ?? '')) throw thrown;
  }
};

/**
 * Writes a file atomically: its name shows either the old or the complete new content at any moment. A
 * temporary file beside it is written and flushed, then renamed. A link of that name is replaced, never
 * followed. A failed write removes its temporary file, which frees space on a full disk; a killed one leaves it
 * to {@link removeLeftovers}.
 * @throws GeometryError `disk-full`, `unwritable`; the old content stays.
 */
export const writeAtomically = async (file: string, content: Uint8Array | string): Promise<void> => {
  const partial = partialName(file);
  let created = false;
  try {
    const handle = await createExclusively(partial);
    created = true;
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
    await syncFolder(path.dirname(file));
  } catch (thrown) {
    if (created) await rm(partial, { force: true }).catch(() => undefined);
    throw writeError(file, thrown);
  }
};

/**
 * Streams such as `/dev/stdout` are written to. A link in any other folder is not followed, even to a stream.
 */
const isStream = async (file: string): Promise<boolean> => {
  const there = await stat(file).catch(() => undefined);
  if (there === undefined || there.isFile() || there.isDirectory()) return false;
  return path.resolve(file).startsWith('/dev/') || !(await lstat(file)).isSymbolicLink();
};

/**
 * Writes a file named by the user: as {@link writeAtomically}, but a pipe or device of that name is written to.
 * @throws GeometryError `disk-full`, `unwritable`.
 */
export const writeOutput = async (file: string, content: Uint8Array | string): Promise<void> => {
  if (!(await isStream(file))) return writeAtomically(file, content);
  try {
    const handle = await open(file, constants.O_WRONLY);
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw writeError(file, thrown);
  }
};

/**
 * Opens a regular file for appending, created if missing. A link, pipe or device of that name is refused.
 * @throws GeometryError `disk-full`, `unwritable`.
 */
export const openForAppending = async (file: string): Promise<FileHandle> => {
  const { O_WRONLY, O_APPEND, O_CREAT } = constants;
  try {
    const handle = await open(file, O_WRONLY | O_APPEND | O_CREAT | flag('O_NOFOLLOW') | flag('O_NONBLOCK'));
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (thrown) {
    throw writeError(file, thrown);
  }
  throw new GeometryError('unwritable', `${file} is not a regular file and is not written to.`);
};

/**
 * Removes the temporary files of killed writers: in a folder without other writers all of them, otherwise those
 * older than `minimumAgeMs`.
 */
export const removeLeftovers = async (folder: string, minimumAgeMs = 0): Promise<void> => {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => PARTIAL.test(each))) {
    const file = path.join(folder, name);
    const stats = await lstat(file).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs >= minimumAgeMs)
      await rm(file, { force: true }).catch(() => undefined);
  }
};
