import { PickleEnd, PickleFault } from './pickleFault.js';
import { pythonInteger } from './pythonText.js';

/** Longer integers have no use in a checkpoint and cost quadratic time. */
const LONGEST_INTEGER_BYTES = 1024;
const LONGEST_LINE = 1 << 16;
const NEWLINE = 10;

/** A mark at the beginning is a character of the text: Python keeps it. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** Reads the operands of a pickle's instructions. */
export class PickleReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  private advance(length: number): number {
    const at = this.position;
    if (at + length > this.bytes.length) throw new PickleEnd();
    this.position = at + length;
    return at;
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  /** A length or position of eight bytes. */
  uint64(): number {
    const value = this.view.getBigUint64(this.advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new PickleFault('a length is beyond any file');
    return Number(value);
  }

  /** The one number of a pickle that is big-endian. */
  float64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  take(length: number): Uint8Array {
    const at = this.advance(length);
    return this.bytes.subarray(at, at + length);
  }

  text(length: number): string {
    return utf8.decode(this.take(length));
  }

  /** Python 2's strings are bytes: every one has a character of its own. */
  latin1(length: number): string {
    return latin1(this.take(length));
  }

  line(): string {
    return utf8.decode(this.lineBytes());
  }

  /** A line whose bytes are characters, as in the text opcodes. */
  latin1Line(): string {
    return latin1(this.lineBytes());
  }

  private lineBytes(): Uint8Array {
    const end = this.bytes.indexOf(NEWLINE, this.position);
    if ((end < 0 ? this.bytes.length : end) - this.position > LONGEST_LINE)
      throw new PickleFault('a line is too long');
    if (end < 0) throw new PickleEnd();
    const bytes = this.bytes.subarray(this.position, end);
    this.position = end + 1;
    return bytes;
  }

  /** Two's complement, little-endian; a bigint only where a number would lose digits. */
  integer(length: number): number | bigint {
    if (length > LONGEST_INTEGER_BYTES) throw new PickleFault('an integer is too long');
    const bytes = this.take(length);
    if (length === 0) return 0;
    const hex = Buffer.from(bytes).reverse().toString('hex');
    return narrowest(BigInt.asIntN(8 * length, BigInt(`0x${hex}`)));
  }

  /** A line that Python reads with `int(text, base)`. */
  integerLine(base: 0 | 10): number | bigint {
    const text = this.line().replace(/L$/, '');
    const value = text.length > LONGEST_INTEGER_BYTES ? undefined : pythonInteger(text, base);
    if (value === undefined) throw new PickleFault('an integer is not one');
    return narrowest(value);
  }
}

const narrowest = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};
