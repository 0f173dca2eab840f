import type { ByteCursor } from '../bytes/byteCursor.js';
import { malformed } from '../bytes/fileErrors.js';

/** One field of a protobuf message: where its value lies, and the value itself where it is a varint. */
export interface ProtobufField {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  /** Only for varints. */
  readonly value?: bigint;
  /** A string, bytes, message or packed list: wire type 2. */
  readonly isDelimited: boolean;
}

const VARINT = 0;
const DELIMITED = 2;
/** Bytes of the wire types of fixed size. Groups (3 and 4) are not used by any format that is read here. */
const fixedBytes: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [5, 4],
]);

const endOf = async (file: string, cursor: ByteCursor, wire: number, end: number): Promise<number> => {
  const length = wire === DELIMITED ? await cursor.varint() : fixedBytes.get(wire);
  if (length === undefined)
    throw malformed(file, `the protobuf field before byte ${cursor.position} is of no known kind`);
  if (length > end - cursor.position) {
    throw malformed(
      file,
      `the data ends early: a field at byte ${cursor.position} is longer than what holds it`,
    );
  }
  return cursor.position + Number(length);
};

/** The next field of the message that ends at `end`; the cursor stays at the field's value, or after a varint. */
export const nextField = async (file: string, cursor: ByteCursor, end: number): Promise<ProtobufField> => {
  const tag = await cursor.varint();
  const number = Number(tag >> 3n);
  const wire = Number(tag & 7n);
  const start = cursor.position;
  if (number < 1 || number > 0x1fffffff) throw malformed(file, `there is no protobuf field at byte ${start}`);
  if (wire === VARINT) {
    const value = await cursor.varint();
    if (cursor.position > end)
      throw malformed(file, `the field at byte ${start} is longer than what holds it`);
    return { number, start, end: cursor.position, value, isDelimited: false };
  }
  const fieldEnd = await endOf(file, cursor, wire, end);
  return { number, start: cursor.position, end: fieldEnd, isDelimited: wire === DELIMITED };
};

/** Visits the fields of the message in [cursor.position, end), whatever the visitor reads of them. */
export const eachField = async (
  file: string,
  cursor: ByteCursor,
  end: number,
  visit: (field: ProtobufField) => Promise<void> | undefined,
): Promise<void> => {
  while (cursor.position < end) {
    const field = await nextField(file, cursor, end);
    await visit(field);
    cursor.position = field.end;
  }
};

/** All varints of a field: one, or a packed list. */
export const varintsOf = async (
  file: string,
  cursor: ByteCursor,
  field: ProtobufField,
): Promise<bigint[]> => {
  if (field.value !== undefined) return [field.value];
  if (!field.isDelimited) throw malformed(file, `the field at byte ${field.start} is not a whole number`);
  const values: bigint[] = [];
  cursor.position = field.start;
  while (cursor.position < field.end) values.push(await cursor.varint());
  if (cursor.position > field.end)
    throw malformed(file, `the list at byte ${field.start} is longer than what holds it`);
  return values;
};

/** A string field of at most `most` bytes. */
export const textOf = async (
  file: string,
  cursor: ByteCursor,
  field: ProtobufField,
  what: string,
  most: number,
): Promise<string> => {
  if (!field.isDelimited) throw malformed(file, `${what} is not a string`);
  cursor.position = field.start;
  return cursor.text(field.end - field.start, what, most);
};
