import type { ByteSource } from '../bytes/byteSource.js';
import type { NumericDtype } from '../tensors/checkpoint.js';
import { malformed, unsupported } from '../bytes/fileErrors.js';
import { LiteralError, parsePythonLiteral, type PythonLiteral } from './pythonLiteral.js';

export interface NpyHeader {
  /** NumPy's own name of the type, for example `<f4`; `structured` where it has fields. */
  readonly descr: string;
  /** Undefined for types whose values are not numbers that are read here. */
  readonly dtype: NumericDtype | undefined;
  /** Of complex numbers, what their parts are. */
  readonly part: NumericDtype | undefined;
  /** Python objects: the bytes are a pickle. */
  readonly isObject: boolean;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Offset of the first element. */
  readonly dataStart: number;
}

export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** NumPy pads headers to 64 bytes; a plain type needs one such block, and a megabyte is no plain type. */
const MOST_HEADER_BYTES = 2 ** 20;

/** By kind and size, without the byte order. */
const dtypes: ReadonlyMap<string, NumericDtype> = new Map([
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['f2', 'float16'],
  ['i8', 'int64'],
  ['i4', 'int32'],
  ['i2', 'int16'],
  ['i1', 'int8'],
  ['u8', 'uint64'],
  ['u4', 'uint32'],
  ['u2', 'uint16'],
  ['u1', 'uint8'],
  ['b1', 'bool'],
  // NumPy knows bfloat16 by its size alone: `jax.numpy` and ml_dtypes save it as two bytes of no type.
  ['V2', 'bfloat16'],
]);

const complexParts: ReadonlyMap<string, NumericDtype> = new Map([
  ['8', 'float32'],
  ['16', 'float64'],
]);

/** Version → bytes of the length field and encoding of the text (numpy/lib/format.py). */
const versions: ReadonlyMap<number, { readonly lengthBytes: number; readonly encoding: 'latin1' | 'utf-8' }> =
  new Map([
    [1, { lengthBytes: 2, encoding: 'latin1' }],
    [2, { lengthBytes: 4, encoding: 'latin1' }],
    [3, { lengthBytes: 4, encoding: 'utf-8' }],
  ]);

/**
 * @param array for messages: how the array is called in its file.
 * @throws GeometryError `malformed-file`, `unsupported-format` for a later version.
 */
export const readNpyHeader = async (source: ByteSource, file: string, array: string): Promise<NpyHeader> => {
  const prefix = await source.read(0, Math.min(12, source.size));
  if (!NPY_MAGIC.every((byte, i) => prefix[i] === byte) || prefix.length < 12) {
    throw malformed(file, `${array} is not a .npy array, its first bytes are others`);
  }
  const version = versions.get(prefix[6]!);
  if (version === undefined)
    throw unsupported(file, `${array} is of .npy version ${prefix[6]!}, which is not known`);
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  const length = version.lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  const textStart = 8 + version.lengthBytes;
  if (textStart + length > source.size)
    throw malformed(file, `the header of ${array} is longer than the file`);
  if (length > MOST_HEADER_BYTES) throw malformed(file, `the header of ${array} has ${length} bytes`);
  const text = new TextDecoder(version.encoding).decode(await source.read(textStart, length));
  return { ...parseHeader(text, file, array), dataStart: textStart + length };
};

const parseHeader = (text: string, file: string, array: string): Omit<NpyHeader, 'dataStart'> => {
  const refuse = (reason: string, cause?: unknown) =>
    malformed(file, `the header of ${array} ${reason}`, cause);
  let header: PythonLiteral;
  try {
    header = parsePythonLiteral(text);
  } catch (thrown) {
    throw refuse(`cannot be read (${thrown instanceof LiteralError ? thrown.message : 'not text'})`, thrown);
  }
  if (!(header instanceof Map)) throw refuse('is not a dictionary');
  const [descr, fortranOrder, shape] = [
    header.get('descr'),
    header.get('fortran_order'),
    header.get('shape'),
  ];
  if (typeof fortranOrder !== 'boolean') throw refuse('does not say whether the order is Fortran');
  if (!Array.isArray(shape) || !shape.every((item) => typeof item === 'number')) throw refuse('has no shape');
  if (header.size > 3) throw refuse('has a key that the format does not know');
  if (typeof descr === 'string') return { ...parseDescr(descr, refuse), fortranOrder, shape };
  if (!Array.isArray(descr)) throw refuse('has no type');
  const isObject = /['"][<>|=]?O\d*['"]/.test(text);
  return {
    descr: 'structured',
    dtype: undefined,
    part: undefined,
    isObject,
    bigEndian: false,
    fortranOrder,
    shape,
  };
};

const parseDescr = (
  descr: string,
  refuse: (reason: string) => Error,
): Pick<NpyHeader, 'descr' | 'dtype' | 'part' | 'isObject' | 'bigEndian'> => {
  const parts = /^(?<order>[<>|=]?)(?<kind>[A-Za-z?])(?<size>\d{0,9})(?:\[\w+\])?$/.exec(descr)?.groups;
  if (parts === undefined) throw refuse(`has the unknown type ${JSON.stringify(descr.slice(0, 40))}`);
  const kind = parts['kind']! === '?' ? 'b' : parts['kind']!;
  const dtype = dtypes.get(`${kind}${parts['size'] === '' && kind === 'b' ? '1' : parts['size']!}`);
  const part = kind === 'c' ? complexParts.get(parts['size']!) : undefined;
  return { descr, dtype, part, isObject: kind === 'O', bigEndian: parts['order'] === '>' };
};
