/** The magic number of a write-ahead log: checksum words are little- or big-endian. */
const LITTLE = 0x377f_0682;
const BIG = 0x377f_0683;
const HEADER = 32;
const FRAME_HEADER = 24;
/** Bytes of the database's header: journal mode for writing and reading. 1 is the rollback journal. */
const [WRITE_VERSION, READ_VERSION] = [18, 19];

/** SQLite's running checksum: two 32-bit words, over pairs of words. */
class RunningSum {
  private s0 = 0;
  private s1 = 0;

  constructor(private readonly isLittle: boolean) {}

  add(bytes: Buffer): void {
    for (let i = 0; i + 8 <= bytes.length; i += 8) {
      const [a, b] = this.isLittle
        ? [bytes.readUInt32LE(i), bytes.readUInt32LE(i + 4)]
        : [bytes.readUInt32BE(i), bytes.readUInt32BE(i + 4)];
      this.s0 = (this.s0 + a + this.s1) >>> 0;
      this.s1 = (this.s1 + b + this.s0) >>> 0;
    }
  }

  /** Whether the checksum at `at` matches. */
  is(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.s0 && bytes.readUInt32BE(at + 4) === this.s1;
  }
}

/**
 * A SQLite database with the committed content of its write-ahead log merged, as one file in rollback mode:
 * in-memory readers do not support logs. Pages of a later commit replace those of an earlier one. Frames after
 * the last complete commit are ignored, as in SQLite's own recovery (sqlite.org/fileformat2.html, sections 4.1
 * to 4.4).
 * @param log the bytes of `NAME-wal`; empty if there is none.
 */
export const withLog = (database: Buffer, log: Buffer): Buffer => {
  const pages = new Map<number, Buffer>();
  let count = 0;
  let pageSize = 0;
  const magic = log.length < HEADER ? 0 : log.readUInt32BE(0);
  if (magic === LITTLE || magic === BIG) {
    pageSize = log.readUInt32BE(8);
    const sum = new RunningSum(magic === LITTLE);
    sum.add(log.subarray(0, 24));
    const isWhole = sum.is(log, 24) && pageSize >= 512 && pageSize <= 65_536;
    const salts = log.subarray(16, 24);
    let uncommitted = new Map<number, Buffer>();
    for (let at = HEADER; isWhole && at + FRAME_HEADER + pageSize <= log.length;) {
      const page = log.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageSize);
      sum.add(log.subarray(at, at + 8));
      sum.add(page);
      // Frames of an earlier use of the file follow the last valid one.
      if (!log.subarray(at + 8, at + 16).equals(salts) || !sum.is(log, at + 16)) break;
      const number = log.readUInt32BE(at);
      if (number === 0) break;
      uncommitted.set(number, page);
      const size = log.readUInt32BE(at + 4);
      if (size > 0) {
        for (const [each, bytes] of uncommitted) pages.set(each, bytes);
        uncommitted = new Map();
        count = size;
      }
      at += FRAME_HEADER + pageSize;
    }
  }
  // Every page is in the database or the log; a count beyond both is invalid.
  const known = count === 0 ? 0 : Math.max(0, ...pages.keys()) * pageSize;
  const length = count === 0 ? database.length : Math.min(count * pageSize, Math.max(database.length, known));
  const merged = Buffer.alloc(length);
  database.copy(merged);
  for (const [number, bytes] of pages) {
    if (number * pageSize <= length) bytes.copy(merged, (number - 1) * pageSize);
  }
  if (length > READ_VERSION) merged[WRITE_VERSION] = merged[READ_VERSION] = 1;
  return merged;
};
