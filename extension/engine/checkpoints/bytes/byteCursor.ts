import { readInto, type ByteSource } from './byteSource.js';
import { malformed, quote } from './fileErrors.js';

const WINDOW_BYTES = 1 << 16;
const LONGEST_VARINT = 10;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Walks through part of a source field by field, through one window that moves along: what is skipped is not read.
 * Every read that would pass the end is a `malformed-file` error.
 */
export class ByteCursor {
  private buffer: Buffer | undefined;
  private window: Buffer = Buffer.alloc(0);
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
    if (!this.isHeld(at, length)) await this.moveWindow(at);
    return this.window.subarray(at - this.windowAt, at - this.windowAt + length);
  }

  /** Makes the next `length` bytes, or all that are left, ready for what reads without waiting. */
  async hold(length: number): Promise<void> {
    const most = Math.min(length, this.remaining);
    if (!this.isHeld(this.position, most)) await this.moveWindow(this.position);
  }

  holds(length: number): boolean {
    return this.isHeld(this.position, Math.min(length, this.remaining));
  }

  private isHeld(at: number, length: number): boolean {
    return at >= this.windowAt && at + length <= this.windowAt + this.window.length;
  }

  private async moveWindow(at: number): Promise<void> {
    this.buffer ??= Buffer.allocUnsafe(Math.min(WINDOW_BYTES, this.source.size));
    const window = this.buffer.subarray(0, Math.min(this.buffer.length, this.end - at));
    await readInto(this.source, at, window);
    this.window = window;
    this.windowAt = at;
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
    if (!this.holds(LONGEST_VARINT)) await this.hold(LONGEST_VARINT);
    return this.heldVarint();
  }

  /** A varint whose bytes {@link hold} has made ready. */
  heldVarint(): bigint {
    // Up to 49 bits are exact as a number; most numbers of a file are sizes of one or two bytes.
    let [low, high, factor] = [0, 0n, 1];
    for (let count = 0; count < LONGEST_VARINT; count++) {
      this.check(1);
      const byte = this.window[this.position++ - this.windowAt]!;
      if (count < 7) low += (byte & 0x7f) * factor;
      else high |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return count < 7 ? BigInt(low) : BigInt.asUintN(64, high | BigInt(low));
      factor *= 128;
    }
    throw malformed(this.source.name, `a number at byte ${this.position} does not end`);
  }

  /** A UTF-8 string of `length` bytes. */
  async text(length: number, what: string, most: number): Promise<string> {
    if (length > most) throw malformed(this.source.name, `${what} has ${length} bytes`);
    const bytes = await this.bytes(length);
    try {
      return utf8.decode(bytes);
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
