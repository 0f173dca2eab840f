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
  close(): Promise<void>;
}
