import type { ByteCursor } from '../bytes/byteCursor.js';
import type { NumericDtype } from '../tensors/checkpoint.js';
import type { HalfByteType } from '../tensors/halfBytes.js';
import { malformed, quote, unsupported } from '../bytes/fileErrors.js';
import { eachField, textOf, varintsOf, type ProtobufField } from './protobufFields.js';

/** An element type of ONNX (onnx.proto, TensorProto.DataType). */
export interface OnnxType {
  readonly name: string;
  /** Where values are readable. */
  readonly dtype?: NumericDtype;
  /** Two elements to a byte. */
  readonly half?: HalfByteType;
  /** The field of TensorProto that holds values which are neither raw nor external. */
  readonly listField?: number;
}

export const FLOAT_DATA = 4;
export const INT32_DATA = 5;
export const INT64_DATA = 7;
export const DOUBLE_DATA = 10;
export const UINT64_DATA = 11;

const listFields: ReadonlySet<number> = new Set([
  FLOAT_DATA,
  INT32_DATA,
  INT64_DATA,
  DOUBLE_DATA,
  UINT64_DATA,
]);

const types: ReadonlyMap<number, OnnxType> = new Map<number, OnnxType>([
  [1, { name: 'FLOAT', dtype: 'float32', listField: FLOAT_DATA }],
  [2, { name: 'UINT8', dtype: 'uint8', listField: INT32_DATA }],
  [3, { name: 'INT8', dtype: 'int8', listField: INT32_DATA }],
  [4, { name: 'UINT16', dtype: 'uint16', listField: INT32_DATA }],
  [5, { name: 'INT16', dtype: 'int16', listField: INT32_DATA }],
  [6, { name: 'INT32', dtype: 'int32', listField: INT32_DATA }],
  [7, { name: 'INT64', dtype: 'int64', listField: INT64_DATA }],
  [8, { name: 'STRING' }],
  [9, { name: 'BOOL', dtype: 'bool', listField: INT32_DATA }],
  [10, { name: 'FLOAT16', dtype: 'float16', listField: INT32_DATA }],
  [11, { name: 'DOUBLE', dtype: 'float64', listField: DOUBLE_DATA }],
  [12, { name: 'UINT32', dtype: 'uint32', listField: UINT64_DATA }],
  [13, { name: 'UINT64', dtype: 'uint64', listField: UINT64_DATA }],
  [14, { name: 'COMPLEX64' }],
  [15, { name: 'COMPLEX128' }],
  [16, { name: 'BFLOAT16', dtype: 'bfloat16', listField: INT32_DATA }],
  [17, { name: 'FLOAT8E4M3FN', dtype: 'float8_e4m3fn', listField: INT32_DATA }],
  [18, { name: 'FLOAT8E4M3FNUZ', dtype: 'float8_e4m3fnuz', listField: INT32_DATA }],
  [19, { name: 'FLOAT8E5M2', dtype: 'float8_e5m2', listField: INT32_DATA }],
  [20, { name: 'FLOAT8E5M2FNUZ', dtype: 'float8_e5m2fnuz', listField: INT32_DATA }],
  [21, { name: 'UINT4', half: 'uint4' }],
  [22, { name: 'INT4', half: 'int4' }],
  [23, { name: 'FLOAT4E2M1', half: 'float4_e2m1fn' }],
  [24, { name: 'FLOAT8E8M0', dtype: 'float8_e8m0fnu', listField: INT32_DATA }],
  [25, { name: 'UINT2' }],
  [26, { name: 'INT2' }],
]);

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A TensorProto without its values: where they are. */
export interface TensorProto {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: OnnxType;
  readonly message: Span;
  readonly raw: Span | undefined;
  /** The last list field's span, and how many parts lists have in all: more than one is legal and rare. */
  readonly list: Span | undefined;
  readonly listParts: number;
  readonly listBytes: number;
  readonly isExternal: boolean;
  /** `location`, `offset`, `length`, … as the file writes them. */
  readonly external: ReadonlyMap<string, string>;
}

const MOST_TEXT_BYTES = 65_536;
export const MOST_AXES = 64;

const toDimension = (file: string, value: bigint): number => {
  const signed = BigInt.asIntN(64, value);
  const dimension = Number(signed);
  if (Number.isSafeInteger(dimension)) return dimension;
  throw malformed(file, `a tensor's shape overflows (a dimension of ${signed.toString()})`);
};

const readEntry = async (
  file: string,
  cursor: ByteCursor,
  field: ProtobufField,
): Promise<[string, string]> => {
  let [key, value] = ['', ''];
  cursor.position = field.start;
  await eachField(file, cursor, field.end, async (part) => {
    if (part.number === 1) key = await textOf(file, cursor, part, 'a key of external data', MOST_TEXT_BYTES);
    if (part.number === 2)
      value = await textOf(file, cursor, part, 'a value of external data', MOST_TEXT_BYTES);
  });
  return [key, value];
};

/** Everything about a tensor but its values, which are not read. A Constant's value goes by the node's output. */
export const readTensorProto = async (
  file: string,
  cursor: ByteCursor,
  message: Span,
  fallbackName = '',
): Promise<TensorProto> => {
  const external = new Map<string, string>();
  const shape: number[] = [];
  let [name, typeNumber, isExternal, listParts, listBytes] = ['', 0, false, 0, 0];
  let raw: Span | undefined;
  let list: Span | undefined;

  const visitors: Readonly<Record<number, (field: ProtobufField) => Promise<void> | undefined>> = {
    1: async (field) => {
      const values = await varintsOf(file, cursor, field);
      shape.push(...values.slice(0, MOST_AXES + 1).map((value) => toDimension(file, value)));
      if (shape.length > MOST_AXES) throw malformed(file, `a tensor has more than ${MOST_AXES} axes`);
    },
    2: async (field) => {
      typeNumber = Number((await varintsOf(file, cursor, field)).at(-1) ?? 0n);
    },
    3: () => {
      throw unsupported(file, 'a tensor is split into segments');
    },
    8: async (field) => {
      name = await textOf(file, cursor, field, 'a tensor name', MOST_TEXT_BYTES);
    },
    9: (field) => {
      if (!field.isDelimited) throw malformed(file, 'raw data of a tensor are not bytes');
      raw = field;
      return undefined;
    },
    13: async (field) => {
      external.set(...(await readEntry(file, cursor, field)));
    },
    14: async (field) => {
      isExternal = (await varintsOf(file, cursor, field)).at(-1) === 1n;
    },
  };

  cursor.position = message.start;
  await eachField(file, cursor, message.end, (field) => {
    if (listFields.has(field.number) && field.end > field.start) {
      list = field;
      listBytes += field.end - field.start;
      // A value that is not packed counts as a part of its own, which sends it through the slow reader.
      listParts += field.isDelimited ? 1 : 2;
    }
    return visitors[field.number]?.(field);
  });
  const type = types.get(typeNumber);
  if (type === undefined) throw malformed(file, `tensor ${quote(name)} has the unknown dtype ${typeNumber}`);
  if (name === '' && fallbackName === '') throw malformed(file, 'a tensor has no name');
  return {
    name: fallbackName === '' ? name : fallbackName,
    shape,
    type,
    message,
    raw,
    list,
    listParts,
    listBytes,
    isExternal,
    external,
  };
};
