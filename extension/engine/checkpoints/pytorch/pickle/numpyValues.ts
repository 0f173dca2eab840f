import { PickleFault } from './pickleFault.js';
import { NumpyArray, NumpyDtype, Opaque, Tuple, type PickleValue } from './values.js';

/** NumPy's array-protocol type codes. */
const dtypes: Readonly<Record<string, string>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

/** Our name of a NumPy type, or its own where values of it are not read (`O8`, `U5`, `V16`). */
export const numpyDtypeName = (code: string): string => {
  const bare = code.replace(/^[<>=|]/, '');
  return Object.hasOwn(dtypes, bare) ? dtypes[bare]! : bare;
};

export const makeNumpyDtype = (args: readonly PickleValue[]): PickleValue => {
  const [code] = args;
  return typeof code === 'string' ? new NumpyDtype(code) : new Opaque('numpy.dtype');
};

export const makeNumpyArray = (): PickleValue => new NumpyArray();

/** `numpy.core.multiarray.scalar(dtype, bytes)`: of use as a number only where it is one, as a step counter. */
export const makeNumpyScalar = (args: readonly PickleValue[]): PickleValue => {
  const [dtype, bytes] = args;
  if (!(dtype instanceof NumpyDtype) || !(bytes instanceof Uint8Array)) return new Opaque('numpy.scalar');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = !dtype.bigEndian;
  const key = `${numpyDtypeName(dtype.code)}:${bytes.length}`;
  if (key === 'float64:8') return view.getFloat64(0, little);
  if (key === 'float32:4') return view.getFloat32(0, little);
  if (key === 'int64:8') return Number(view.getBigInt64(0, little));
  if (key === 'int32:4') return view.getInt32(0, little);
  return new Opaque('numpy.scalar');
};

/** `(version, byte order, …)` of a dtype; `(version, shape, dtype, is Fortran-ordered, bytes)` of an array. */
export const setNumpyState = (target: NumpyArray | NumpyDtype, state: PickleValue): void => {
  if (!(state instanceof Tuple)) throw new PickleFault('a NumPy object has no state');
  if (target instanceof NumpyDtype) {
    target.bigEndian = state.items[1] === '>';
    return;
  }
  const [, shape, dtype, fortranOrder, bytes] = state.items;
  fillArray(target, { shape, dtype, bytes, isFortran: fortranOrder === true || fortranOrder === 1 });
};

interface ArrayState {
  readonly shape: PickleValue | undefined;
  readonly dtype: PickleValue | undefined;
  readonly bytes: PickleValue | undefined;
  readonly isFortran: boolean;
}

const fillArray = (target: NumpyArray, { shape, dtype, bytes, isFortran }: ArrayState): void => {
  if (!(shape instanceof Tuple) || !(dtype instanceof NumpyDtype))
    throw new PickleFault('a NumPy array has no shape or type');
  const isSize = (size: PickleValue): size is number =>
    typeof size === 'number' && Number.isSafeInteger(size);
  if (!shape.items.every(isSize)) throw new PickleFault('the shape of a NumPy array is not one');
  target.shape = shape.items;
  target.dtype = dtype;
  target.fortranOrder = isFortran;
  // Object arrays have a list in place of bytes; Python 2 wrote bytes as strings.
  if (bytes instanceof Uint8Array) target.bytes = bytes;
  else if (typeof bytes === 'string') target.bytes = new Uint8Array(Buffer.from(bytes, 'latin1'));
};

/** `numpy._core.numeric._frombuffer(bytes, dtype, shape, order)`: arrays in pickles of protocol 5. */
export const makeArrayFromBuffer = (args: readonly PickleValue[]): PickleValue => {
  const [bytes, dtype, shape, order] = args;
  const array = new NumpyArray();
  fillArray(array, { shape, dtype, bytes, isFortran: order === 'F' });
  return array;
};
