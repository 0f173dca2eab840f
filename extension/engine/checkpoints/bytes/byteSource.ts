/**
 * The one narrow door to bytes: every reader works on random access to a file of known size, so a tensor
 * can be read in pieces and a file is never read whole.
 */
export interface ByteSource {
  /** For messages: the file's base name or path. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`.
   * @throws GeometryError `malformed-file` past the end, `unreadable` or `changed-while-reading` from the system.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Fills `target` from `offset`, where the source can do so without allocating. Errors as {@link read}. */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
  /** The open file, for threads that read it themselves; undefined where the bytes do not lie in one as they are. */
  lease?(): Promise<FileLease | undefined>;
  close(): Promise<void>;
}

/** A file that stays open until it is released. */
export interface FileLease {
  /** Of this process, for every thread of it. */
  readonly descriptor: number;
  /** Where the source's first byte lies in the file. */
  readonly start: number;
  /** Errors as {@link ByteSource.read}, for example where the file has changed meanwhile. */
  release(): Promise<void>;
}

/** Fills `target` from `offset` by the cheapest way that the source has. */
export const readInto = async (source: ByteSource, offset: number, target: Uint8Array): Promise<void> => {
  if (source.readInto !== undefined) await source.readInto(offset, target);
  else target.set(await source.read(offset, target.length));
};
