import { constants, type BigIntStats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { GeometryError, type ErrorCode } from '../contract/errors.js';
import { readError } from './systemErrors.js';

/**
 * Flags that a system lacks are zero: Windows has neither named pipes in folders nor links without a privilege.
 */
export const flag = (name: 'O_NONBLOCK' | 'O_NOFOLLOW'): number =>
  (constants as Partial<Record<typeof name, number>>)[name] ?? 0;

const MEGABYTE = 2 ** 20;

/** Maximum sizes of side files, by kind, in bytes. */
export const limits = {
  /** A configuration, a description, a claim. */
  settings: MEGABYTE,
  /** `run.json`, `sweep.json`, records of an installation. */
  record: 16 * MEGABYTE,
  /** Measurements and reports; a string is limited to 512 MB. */
  results: 256 * MEGABYTE,
} as const;

interface Opened {
  readonly handle: FileHandle;
  readonly stats: BigIntStats;
}

const notRegular = (path: string, stats: BigIntStats, code: ErrorCode): GeometryError =>
  new GeometryError(code, `${path}: this is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}.`);

/**
 * Opens a regular file for reading; links are followed. A named pipe or a device is refused before opening,
 * because opening it could block for ever or act on the device. The check is repeated after opening, in case
 * the name was replaced.
 * @param refusal the error's code if this is no regular file.
 * @throws GeometryError `not-found`, `unreadable`, `refusal`.
 */
export const openRegular = async (path: string, refusal: ErrorCode = 'unreadable'): Promise<Opened> => {
  try {
    const before = await stat(path, { bigint: true });
    if (!before.isFile()) throw notRegular(path, before, refusal);
    const handle = await open(path, constants.O_RDONLY | flag('O_NONBLOCK'));
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) return { handle, stats };
    await handle.close();
    throw notRegular(path, stats, refusal);
  } catch (thrown) {
    throw readError(path, thrown);
  }
};

/** Counts the bytes read: the size of a growing file, or of one in `/proc`, is unreliable. */
const readAtMost = async (path: string, { handle, stats }: Opened, most: number): Promise<Buffer> => {
  const tooLarge = (): GeometryError =>
    new GeometryError('too-large', `${path}: the file is larger than the ${most} bytes read of such a file.`);
  if (stats.size > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let total = 0;
  let next = Buffer.allocUnsafe(Math.min(most, Number(stats.size)) + 1);
  for (;;) {
    const { bytesRead } = await handle.read(next, 0, next.length, total);
    if (bytesRead === 0) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, total);
    total += bytesRead;
    if (total > most) throw tooLarge();
    chunks.push(next.subarray(0, bytesRead));
    next = Buffer.allocUnsafe(Math.min(most - total + 1, MEGABYTE));
  }
};

/**
 * The bytes of a regular file of at most `most` bytes.
 * @throws GeometryError `not-found`, `unreadable` (also for a pipe, a device, a folder), `too-large`.
 */
export const readBytes = async (path: string, most: number): Promise<Buffer> => {
  const opened = await openRegular(path);
  try {
    return await readAtMost(path, opened, most);
  } catch (thrown) {
    throw readError(path, thrown);
  } finally {
    await opened.handle.close();
  }
};

/** {@link readBytes} as text. */
export const readText = async (path: string, most: number): Promise<string> =>
  (await readBytes(path, most)).toString('utf8');

/** {@link readText}; undefined if the file does not exist. Every other error is thrown. */
export const readTextIfThere = async (path: string, most: number): Promise<string | undefined> => {
  try {
    return await readText(path, most);
  } catch (thrown) {
    if (thrown instanceof GeometryError && thrown.code === 'not-found') return undefined;
    throw thrown;
  }
};
