import { Readable } from 'node:stream';
import { RandomAccessReader, fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl';
import { GeometryError } from '../../../contract/errors.js';
import { readInto, type ByteSource } from './byteSource.js';
import { malformed, quote, tooLarge, unsupported } from './fileErrors.js';
import { inflatedSource, windowOf } from './zipByteSource.js';

export interface ZipMember {
  readonly name: string;
  /** Bytes after decompression, as the directory says. */
  readonly size: number;
  /** Random access to the member's bytes; stored members are read in place, deflated ones as a stream. */
  open(): Promise<ByteSource>;
}

/** Members by name, in the order of the central directory. */
export type ZipArchive = ReadonlyMap<string, ZipMember>;

const LOCAL_HEADER = [0x50, 0x4b, 0x03, 0x04] as const;
/** Whether a file that begins with `head` is a zip archive with at least one member. */
export const looksLikeZip = (head: Uint8Array): boolean => LOCAL_HEADER.every((byte, i) => head[i] === byte);

const MOST_MEMBERS = 200_000;
const READ_AHEAD = 1 << 16;
/** Deflate cannot do better than 1032 to 1. */
const MOST_EXPANSION = 1032;
const DEFLATED = 8;

/** The directory's small reads come from one window of the source. */
class SourceReader extends RandomAccessReader {
  private cached: Uint8Array = new Uint8Array(0);
  private cachedAt = 0;
  /** Directory entries follow one another; members' headers lie anywhere. */
  readsAhead = true;

  constructor(
    private readonly source: ByteSource,
    private readonly onFailure: (thrown: unknown) => void,
  ) {
    super();
  }

  override _readStreamForRange(): Readable {
    return Readable.from([]);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.fill(buffer.subarray(offset, offset + length), position)
      .then(
        () => null,
        (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown))),
      )
      .then(callback)
      // What the zip reader throws inside its callback would otherwise be lost, and its promise never end.
      .catch(this.onFailure);
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }

  private async fill(target: Uint8Array, position: number): Promise<void> {
    const isInside =
      Number.isSafeInteger(position) && position >= 0 && position + target.length <= this.source.size;
    if (!isInside) throw malformed(this.source.name, 'its zip directory points outside the file');
    if (!this.readsAhead || target.length > READ_AHEAD) {
      await readInto(this.source, position, target);
      return;
    }
    const end = this.cachedAt + this.cached.length;
    if (position < this.cachedAt || position + target.length > end) {
      const length = Math.min(READ_AHEAD, this.source.size - position);
      this.cached = await this.source.read(position, length);
      this.cachedAt = position;
    }
    target.set(this.cached.subarray(position - this.cachedAt, position - this.cachedAt + target.length));
  }
}

const checkEntry = (source: ByteSource, entry: Entry): void => {
  if (entry.isEncrypted()) throw unsupported(source.name, `its member ${quote(entry.fileName)} is encrypted`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== DEFLATED) {
    throw unsupported(
      source.name,
      `its member ${quote(entry.fileName)} is compressed by method ${entry.compressionMethod}; only deflate is read`,
    );
  }
  const most =
    entry.compressionMethod === 0 ? entry.compressedSize : entry.compressedSize * MOST_EXPANSION + 1024;
  if (entry.compressedSize > source.size || entry.uncompressedSize > most) {
    throw malformed(source.name, `its member ${quote(entry.fileName)} claims a size that it cannot have`);
  }
};

const memberOf = (source: ByteSource, zip: ZipFile, entry: Entry, failed: Promise<never>): ZipMember => ({
  name: entry.fileName,
  size: entry.uncompressedSize,
  async open() {
    const start = await Promise.race([dataStart(source, zip, entry), failed]);
    const bytes = windowOf(source, entry.fileName, start, entry.compressedSize);
    return entry.compressionMethod === DEFLATED
      ? inflatedSource(bytes, source.name, entry.uncompressedSize)
      : bytes;
  },
});

const dataStart = async (source: ByteSource, zip: ZipFile, entry: Entry): Promise<number> => {
  try {
    return (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
  } catch (thrown) {
    if (thrown instanceof GeometryError) throw thrown;
    throw malformed(source.name, `its member ${quote(entry.fileName)} has no sound header`, thrown);
  }
};

/**
 * Reads a zip archive's directory (zip64 too); member bytes are read when asked for. The source stays the caller's.
 * @throws GeometryError `malformed-file`, `unsupported-format` (encryption, other compression), `too-large`.
 */
export const openZip = async (source: ByteSource): Promise<ZipArchive> => {
  let fail: (thrown: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const reader = new SourceReader(source, fail);
  const list = async (): Promise<ZipArchive> => {
    const zip = await fromRandomAccessReaderPromise(reader, source.size, { autoClose: false });
    const members = new Map<string, ZipMember>();
    for await (const entry of zip.eachEntry()) {
      if (members.size >= MOST_MEMBERS)
        throw tooLarge(source.name, `it has more than ${MOST_MEMBERS} zip members`);
      if (members.has(entry.fileName))
        throw malformed(source.name, `it has two members ${quote(entry.fileName)}`);
      checkEntry(source, entry);
      members.set(entry.fileName, memberOf(source, zip, entry, failed));
    }
    return members;
  };
  try {
    const members = await Promise.race([list(), failed]);
    reader.readsAhead = false;
    return members;
  } catch (thrown) {
    throw toZipError(source, thrown);
  }
};

const toZipError = (source: ByteSource, thrown: unknown): unknown => {
  // Errors of the zip library are plain; our own have a code and pass.
  if (!(thrown instanceof Error) || thrown instanceof GeometryError) return thrown;
  const isCut = thrown.message.startsWith('End of central directory');
  const reason = isCut
    ? 'its zip directory is missing: the file is cut short or damaged'
    : `its zip directory is damaged (${thrown.message.slice(0, 200).replace(/[.\s]+$/, '')})`;
  return malformed(source.name, reason, thrown);
};
