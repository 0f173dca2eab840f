import { readInto, type ByteSource } from './byteSource.js';
import { malformed, quote } from './fileErrors.js';

const WINDOW_BYTES = 1 << 16;

/**
 * Walks through part of a source field by field, through one window that moves along: what is skipped is not read.
 * Every read that would pass the end is a `malformed-file` error.
 */
export class ByteCursor {
  private readonly buffer = Buffer.alloc(WINDOW_BYTES);
  private window: Buffer = this.buffer.subarray(0, 0);
  private windowAt = 0;

  constructor(
    private readonly source: ByteSource,
    /** Offset of the next field. */
    public position = 0,
    private readonly end = source.size,
    private readonly bigEndian = false,
  ) {}

  get remaining(): number {
    return this.end - this.position;
  }

  /** The next `length` bytes, valid until the next call; longer ones than the window are read apart. */
  async bytes(length: number): Promise<Buffer> {
    this.check(length);
    const at = this.position;
    this.position += length;
    if (length > WINDOW_BYTES) return Buffer.from((await this.source.read(at, length)).buffer, 0, length);
    if (at < this.windowAt || at + length > this.windowAt + this.window.length) {
      this.window = this.buffer.subarray(0, Math.min(WINDOW_BYTES, this.end - at));
      this.windowAt = at;
      await readInto(this.source, at, this.window);
    }
    return this.window.subarray(at - this.windowAt, at - this.windowAt + length);
  }

  skip(length: number): void {
    this.check(length);
    this.position += length;
  }

  async uint8(): Promise<number> {
    return (await this.bytes(1))[0]!;
  }

  async uint32(): Promise<number> {
    const bytes = await this.bytes(4);
    return this.bigEndian ? bytes.readUInt32BE() : bytes.readUInt32LE();
  }

  /** @throws GeometryError `malformed-file` beyond 2^53: no size, count or offset is so large. */
  async uint64(what: string): Promise<number> {
    const bytes = await this.bytes(8);
    const value = this.bigEndian ? bytes.readBigUInt64BE() : bytes.readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw malformed(this.source.name, `${what} is impossibly large (${value.toString()})`);
    }
    return Number(value);
  }

  /** A protobuf varint of up to 64 bits, unsigned. */
  async varint(): Promise<bigint> {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = await this.uint8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed(this.source.name, `a number at byte ${this.position} does not end`);
  }

  /** A UTF-8 string of `length` bytes. */
  async text(length: number, what: string, most: number): Promise<string> {
    if (length > most) throw malformed(this.source.name, `${what} has ${length} bytes`);
    const bytes = await this.bytes(length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (thrown) {
      throw malformed(this.source.name, `${what} is not text (${quote(bytes.toString('latin1'))})`, thrown);
    }
  }

  private check(length: number): void {
    if (Number.isSafeInteger(length) && length >= 0 && length <= this.remaining) return;
    const ends =
      this.end === this.source.size ? 'the file ends early' : 'a field is longer than what holds it';
    throw malformed(
      this.source.name,
      `${ends} (${length} bytes wanted at ${this.position}, ${this.remaining} left)`,
    );
  }
}
