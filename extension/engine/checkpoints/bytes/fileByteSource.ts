import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { GeometryError } from '../../../contract/errors.js';
import { readError } from '../../../disk/systemErrors.js';
import type { ByteSource, FileLease } from './byteSource.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';
import { malformed } from './fileErrors.js';
import { ReopenableFile } from './openFiles.js';

/** A file on disk as a {@link ByteSource}, with what identifies it. */
export interface FileByteSource extends ByteSource {
  readonly file: FileIdentity;
  readInto(offset: number, target: Uint8Array): Promise<void>;
  lease(): Promise<FileLease>;
  /**
   * Closes the file in every case.
   * @throws GeometryError `changed-while-reading` if the file is no longer the one that was opened.
   */
  close(): Promise<void>;
}

/** Looking at the file again costs two system calls: not for every piece, often enough to stop early. */
const CHECK_EVERY_MS = 200;

/** Many reads this short that follow one another come from one longer read: a file may hold a million numbers apart. */
const SHORT_BYTES = 1 << 12;
const MANY = 4;
/** A header is often looked at in two reads that overlap. */
const STEP_BACK = 64;
const AHEAD_BYTES = 1 << 16;

const changed = (path: string, how: string): GeometryError =>
  new GeometryError('changed-while-reading', `${path}: the file ${how} while it was read; try again.`);

const isSame = (a: BigIntStats, b: BigIntStats): boolean =>
  a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeNs === b.mtimeNs;

/** What happened to the file since `opened`, or undefined: modified in place, replaced or removed. */
const whatChanged = async (file: ReopenableFile, opened: BigIntStats): Promise<string | undefined> => {
  // A file that was closed meanwhile is known by its path alone.
  const now = file.isOpen ? await file.use((handle) => handle.stat({ bigint: true })) : undefined;
  if (now !== undefined && now.size < opened.size) return 'shrank';
  if (now !== undefined && !isSame(now, opened)) return 'was modified';
  const atPath = await stat(file.path, { bigint: true }).catch(() => undefined);
  if (atPath === undefined) return 'was removed';
  return isSame(atPath, opened) ? undefined : 'was replaced';
};

/**
 * Opens a regular file for random access. Modification, replacement or removal while it is open is noticed
 * on short reads, every {@link CHECK_EVERY_MS} ms of reading, and at closing. Of many sources, those used last have
 * their files open.
 * @throws GeometryError `not-found`, `unreadable`; `not-a-checkpoint` for a folder, pipe or device.
 */
export const openFile = async (path: string): Promise<FileByteSource> => {
  /** Where the last read ended. */
  let reached = 0;
  /** Short reads that followed one another. */
  let inRow = 0;
  /** Bytes from the file at `at`, while its handle is held. */
  let ahead: { readonly at: number; readonly bytes: Uint8Array } | undefined;
  let first: BigIntStats | undefined;
  const accept = (stats: BigIntStats): void => {
    first ??= stats;
    if (!isSame(first, stats)) throw changed(path, 'was replaced');
  };
  const opening = new ReopenableFile(path, accept, () => (ahead = undefined));
  const opened = await opening
    .use(() => Promise.resolve(first!))
    .catch((thrown: unknown) => {
      throw readError(path, thrown);
    });
  const size = Number(opened.size);
  let lastCheck = performance.now();
  let closed = false;

  const check = async (): Promise<void> => {
    const how = await whatChanged(opening, opened);
    if (how !== undefined) throw changed(path, how);
  };

  const checkNowAndThen = async (): Promise<void> => {
    const now = performance.now();
    if (now - lastCheck < CHECK_EVERY_MS) return;
    lastCheck = now;
    await check();
  };

  const fill = async (offset: number, target: Uint8Array): Promise<void> => {
    await opening.use(async (handle) => {
      let done = 0;
      while (done < target.length) {
        const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
        if (bytesRead === 0) throw changed(path, 'shrank');
        done += bytesRead;
      }
    });
    await checkNowAndThen();
  };

  const isHeld = (offset: number, length: number): boolean =>
    ahead !== undefined && offset >= ahead.at && offset + length <= ahead.at + ahead.bytes.length;

  const fillShort = async (offset: number, target: Uint8Array): Promise<void> => {
    if (!isHeld(offset, target.length)) {
      const bytes = new Uint8Array(Math.min(AHEAD_BYTES, size - offset));
      await fill(offset, bytes);
      ahead = { at: offset, bytes };
    }
    const from = offset - ahead!.at;
    target.set(ahead!.bytes.subarray(from, from + target.length));
  };

  const fileReadInto = async (offset: number, target: Uint8Array): Promise<void> => {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + target.length > size) {
      throw malformed(path, `the file ends early (${target.length} bytes wanted at ${offset} of ${size})`);
    }
    const isNext = offset >= reached - STEP_BACK && offset - reached < AHEAD_BYTES;
    const isShort = target.length <= SHORT_BYTES && (isNext || isHeld(offset, target.length));
    inRow = isShort ? inRow + 1 : 0;
    reached = offset + target.length;
    try {
      await (inRow >= MANY ? fillShort : fill)(offset, target);
    } catch (thrown) {
      throw readError(path, thrown);
    }
  };

  return {
    name: path,
    size,
    file: { path, bytes: size, modifiedMs: Number(opened.mtimeNs / 1_000_000n) },
    readInto: fileReadInto,
    async read(offset, length) {
      if (!Number.isSafeInteger(length) || length < 0 || offset + length > size) {
        throw malformed(path, `the file ends early (${length} bytes wanted at ${offset} of ${size})`);
      }
      const target = new Uint8Array(length);
      await fileReadInto(offset, target);
      return target;
    },
    async lease() {
      try {
        const { descriptor, release } = await opening.lease();
        return {
          descriptor,
          start: 0,
          async release() {
            await release();
            await checkNowAndThen();
          },
        };
      } catch (thrown) {
        throw readError(path, thrown);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      try {
        await check();
      } finally {
        await opening.close();
      }
    },
  };
};
