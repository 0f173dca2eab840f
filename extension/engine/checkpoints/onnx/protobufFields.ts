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

/** A tag and a value or a length: two varints. */
const LONGEST_START = 20;

const endOf = (file: string, cursor: ByteCursor, wire: number, end: number): number => {
  const length = wire === DELIMITED ? cursor.heldVarint() : fixedBytes.get(wire);
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
  await cursor.hold(LONGEST_START);
  return heldField(file, cursor, end);
};

const heldField = (file: string, cursor: ByteCursor, end: number): ProtobufField => {
  const tag = cursor.heldVarint();
  const number = Number(tag >> 3n);
  const wire = Number(tag & 7n);
  const start = cursor.position;
  if (number < 1 || number > 0x1fffffff) throw malformed(file, `there is no protobuf field at byte ${start}`);
  if (wire === VARINT) {
    const value = cursor.heldVarint();
    if (cursor.position > end)
      throw malformed(file, `the field at byte ${start} is longer than what holds it`);
    return { number, start, end: cursor.position, value, isDelimited: false };
  }
  const fieldEnd = endOf(file, cursor, wire, end);
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
    // Nothing is waited for that is there: a model may have millions of fields.
    if (!cursor.holds(LONGEST_START)) await cursor.hold(LONGEST_START);
    const field = heldField(file, cursor, end);
    const visited = visit(field);
    if (visited !== undefined) await visited;
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
  while (cursor.position < field.end) {
    if (!cursor.holds(LONGEST_START)) await cursor.hold(LONGEST_START);
    values.push(cursor.heldVarint());
  }
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
