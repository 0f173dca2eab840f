import { ByteCursor } from '../bytes/byteCursor.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { malformed, tooLarge } from '../bytes/fileErrors.js';

/** Bytes that stay in the file. */
export interface StoredBytes {
  readonly kind: 'text' | 'bytes';
  /** Of their first byte. */
  readonly at: number;
  readonly length: number;
}

export interface ExtendedValue {
  readonly kind: 'extended';
  /** What the program that wrote it means by it. */
  readonly type: number;
  readonly at: number;
  readonly length: number;
}

/** A value of msgpack; bytes, texts and extended values are places in the file. */
export type MsgpackValue =
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, MsgpackValue])[] }
  | { readonly kind: 'array'; readonly items: readonly MsgpackValue[] }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'other' }
  | StoredBytes
  | ExtendedValue;

const MOST_DEPTH = 64;
/** Of a file: a model has a few thousand. */
const MOST_VALUES = 1_000_000;
const LONGEST_KEY = 4096;

type Head =
  | { readonly kind: 'map' | 'array' | 'text' | 'bytes' | 'extended'; readonly length: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'other' };

type ReadHead = (cursor: ByteCursor) => Promise<Head>;

const lengthOf = async (cursor: ByteCursor, width: number): Promise<number> =>
  (await cursor.bytes(width)).readUIntBE(0, width);

const counted =
  (kind: 'map' | 'array' | 'text' | 'bytes' | 'extended', width: number): ReadHead =>
  async (cursor) => ({ kind, length: await lengthOf(cursor, width) });

const numeral =
  (width: number, read: (bytes: Buffer) => number): ReadHead =>
  async (cursor) => ({ kind: 'number', value: read(await cursor.bytes(width)) });

const other: ReadHead = () => Promise.resolve({ kind: 'other' });
const extended =
  (length: number): ReadHead =>
  () =>
    Promise.resolve({ kind: 'extended', length });

/** By the first byte, those from 0xc0 to 0xdf (msgpack specification, Formats); 0xc1 is never used. */
const heads: ReadonlyMap<number, ReadHead> = new Map([
  [0xc0, other],
  [0xc2, other],
  [0xc3, other],
  [0xc4, counted('bytes', 1)],
  [0xc5, counted('bytes', 2)],
  [0xc6, counted('bytes', 4)],
  [0xc7, counted('extended', 1)],
  [0xc8, counted('extended', 2)],
  [0xc9, counted('extended', 4)],
  [0xca, numeral(4, (bytes) => bytes.readFloatBE())],
  [0xcb, numeral(8, (bytes) => bytes.readDoubleBE())],
  [0xcc, numeral(1, (bytes) => bytes.readUInt8())],
  [0xcd, numeral(2, (bytes) => bytes.readUInt16BE())],
  [0xce, numeral(4, (bytes) => bytes.readUInt32BE())],
  [0xcf, numeral(8, (bytes) => Number(bytes.readBigUInt64BE()))],
  [0xd0, numeral(1, (bytes) => bytes.readInt8())],
  [0xd1, numeral(2, (bytes) => bytes.readInt16BE())],
  [0xd2, numeral(4, (bytes) => bytes.readInt32BE())],
  [0xd3, numeral(8, (bytes) => Number(bytes.readBigInt64BE()))],
  [0xd4, extended(1)],
  [0xd5, extended(2)],
  [0xd6, extended(4)],
  [0xd7, extended(8)],
  [0xd8, extended(16)],
  [0xd9, counted('text', 1)],
  [0xda, counted('text', 2)],
  [0xdb, counted('text', 4)],
  [0xdc, counted('array', 2)],
  [0xdd, counted('array', 4)],
  [0xde, counted('map', 2)],
  [0xdf, counted('map', 4)],
]);

/** Heads of one byte; undefined for those of {@link heads}. */
const shortHead = (byte: number): Head | undefined => {
  if (byte < 0x80) return { kind: 'number', value: byte };
  if (byte < 0x90) return { kind: 'map', length: byte & 0x0f };
  if (byte < 0xa0) return { kind: 'array', length: byte & 0x0f };
  if (byte < 0xc0) return { kind: 'text', length: byte & 0x1f };
  return byte >= 0xe0 ? { kind: 'number', value: byte - 0x100 } : undefined;
};

/** Walks values from one after the other; nothing is made of a length before the file is known to be as long. */
export class MsgpackReader {
  private readonly cursor: ByteCursor;
  private values = 0;

  constructor(
    source: ByteSource,
    /** The file, for messages. */
    private readonly name: string,
    start = 0,
    end = source.size,
  ) {
    this.cursor = new ByteCursor(source, start, end, true);
  }

  /** The one value of the range. @throws GeometryError `malformed-file`; `too-large` past a million values. */
  async whole(): Promise<MsgpackValue> {
    const value = await this.value(0);
    if (this.cursor.remaining > 0) {
      throw malformed(
        this.name,
        `${this.cursor.remaining} bytes follow the value that ends at byte ${this.cursor.position}`,
      );
    }
    return value;
  }

  private async value(depth: number): Promise<MsgpackValue> {
    const head = await this.head();
    if (head.kind === 'number' || head.kind === 'other') return head;
    const { kind, length } = head;
    if (kind === 'map' || kind === 'array') {
      if (depth >= MOST_DEPTH)
        throw malformed(this.name, `its values are nested more than ${MOST_DEPTH} deep`);
      // Each value takes a byte at least.
      this.room((kind === 'map' ? 2 : 1) * length);
      return kind === 'map' ? this.map(length, depth) : this.array(length, depth);
    }
    const type = kind === 'extended' ? (await this.cursor.bytes(1)).readInt8() : 0;
    const at = this.cursor.position;
    this.cursor.skip(length);
    return kind === 'extended' ? { kind, type, at, length } : { kind, at, length };
  }

  private async head(): Promise<Head> {
    if (++this.values > MOST_VALUES) throw tooLarge(this.name, `it holds more than ${MOST_VALUES} values`);
    const at = this.cursor.position;
    const byte = await this.cursor.uint8();
    const head = shortHead(byte) ?? (await heads.get(byte)?.(this.cursor));
    if (head === undefined)
      throw malformed(this.name, `byte ${at} (0x${byte.toString(16)}) begins no value of msgpack`);
    return head;
  }

  private async map(length: number, depth: number): Promise<MsgpackValue> {
    const entries: (readonly [string, MsgpackValue])[] = [];
    for (let i = 0; i < length; i++) entries.push([await this.key(), await this.value(depth + 1)]);
    return { kind: 'map', entries };
  }

  private async array(length: number, depth: number): Promise<MsgpackValue> {
    const items: MsgpackValue[] = [];
    for (let i = 0; i < length; i++) items.push(await this.value(depth + 1));
    return { kind: 'array', items };
  }

  /** Texts, and numbers as they are written. */
  private async key(): Promise<string> {
    const head = await this.head();
    if (head.kind === 'number') return String(head.value);
    if (head.kind === 'text' || head.kind === 'bytes') {
      return this.cursor.text(head.length, `a key at byte ${this.cursor.position}`, LONGEST_KEY);
    }
    throw malformed(this.name, `a key before byte ${this.cursor.position} is neither text nor number`);
  }

  private room(bytes: number): void {
    if (bytes <= this.cursor.remaining) return;
    const where = `at byte ${this.cursor.position}`;
    throw malformed(
      this.name,
      `${bytes} values are told of ${where}, where ${this.cursor.remaining} bytes are left`,
    );
  }
}

/** Whether bytes begin with a msgpack map whose first key is a string. */
export const looksLikeMsgpack = (head: Uint8Array): boolean => {
  const first = head[0] ?? 0;
  const keyAt =
    first > 0x80 && first < 0x90
      ? 1
      : (new Map([
          [0xde, 3],
          [0xdf, 5],
        ]).get(first) ?? -1);
  const key = keyAt < 0 ? 0 : (head[keyAt] ?? 0);
  const [at, length] =
    key > 0xa0 && key < 0xc0 ? [keyAt + 1, key & 0x1f] : [keyAt + 2, key === 0xd9 ? head[keyAt + 1]! : 0];
  const name = head.subarray(at, at + length);
  return length > 0 && name.length === length && name.every((byte) => byte >= 0x20 && byte < 0x7f);
};
