import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openRegular } from '../../../disk/regularFile.js';

/** Files that one process holds open for reading: systems allow as few as 1,024, and there are other files. */
const mostOpen = 256;

/** Files with a handle at the moment, in the order of last use. */
const held = new Set<ReopenableFile>();

/** Closes the files used longest ago, those in use excepted. */
const closeOldest = async (): Promise<void> => {
  for (const file of held) {
    if (held.size <= mostOpen) return;
    await file.release();
  }
};

/** A file that is open while it is used, and among the last used ones; others are closed and opened again when needed. */
export class ReopenableFile {
  private handle: Promise<FileHandle> | undefined;
  private users = 0;
  private isEnding = false;

  /**
   * @param accept throws where a file opened again is not the one that was opened first.
   * @param onRelease what is kept along with the handle is let go.
   */
  constructor(
    readonly path: string,
    private readonly accept: (stats: BigIntStats) => void,
    private readonly onRelease: () => void,
  ) {}

  /** Runs `work` with the open file. @throws the system's errors, and what `accept` throws. */
  async use<Result>(work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    this.users++;
    try {
      return await work(await this.opened());
    } finally {
      await this.unused();
    }
  }

  /** The descriptor of the file, open until `release` is called. Errors as {@link use}. */
  async lease(): Promise<{ readonly descriptor: number; readonly release: () => Promise<void> }> {
    this.users++;
    try {
      const { fd } = await this.opened();
      return { descriptor: fd, release: () => this.unused() };
    } catch (thrown) {
      await this.unused();
      throw thrown;
    }
  }

  private async opened(): Promise<FileHandle> {
    this.handle ??= this.reopened();
    const handle = await this.handle;
    held.delete(this);
    held.add(this);
    if (held.size > mostOpen) await closeOldest();
    return handle;
  }

  private async unused(): Promise<void> {
    this.users--;
    if (this.isEnding) await this.release();
  }

  get isOpen(): boolean {
    return this.handle !== undefined;
  }

  /** Closes the file for good: at once, or when its last use ends. */
  async close(): Promise<void> {
    this.isEnding = true;
    await this.release();
  }

  /** Closes the handle until the next use, unless the file is in use. */
  async release(): Promise<void> {
    if (this.users > 0) return;
    const { handle } = this;
    this.handle = undefined;
    held.delete(this);
    this.onRelease();
    await (await handle?.catch(() => undefined))?.close();
  }

  private async reopened(): Promise<FileHandle> {
    try {
      const { handle, stats } = await openRegular(this.path, 'not-a-checkpoint');
      try {
        this.accept(stats);
        return handle;
      } catch (thrown) {
        await handle.close();
        throw thrown;
      }
    } catch (thrown) {
      this.handle = undefined;
      throw thrown;
    }
  }
}
