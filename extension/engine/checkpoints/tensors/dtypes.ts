import { numericDtypes, type NumericDtype } from './checkpoint.js';
import { widenHalves } from './halves.js';

interface ElementType {
  readonly bytes: number;
  /**
   * Writes elements of `bytes` to `into[at…]`; `bytes` begins at a multiple of the element's size in its buffer
   * and is in the machine's byte order.
   */
  readonly decode: (bytes: Uint8Array, into: Float64Array, at: number) => void;
}

type MakeView = (buffer: ArrayBufferLike, offset: number, length: number) => ArrayLike<number>;

/** `set` between typed arrays converts at the speed of memory. */
const byView = (bytesEach: number, view: MakeView): ElementType => ({
  bytes: bytesEach,
  decode: (bytes, into, at) => into.set(view(bytes.buffer, bytes.byteOffset, bytes.length / bytesEach), at),
});

const TWO_TO_32 = 2 ** 32;

/** 64-bit integers beyond 2^53 are rounded to the nearest float64, once: the high half times 2^32 is exact. */
const by64BitHalves = (High: Int32ArrayConstructor | Uint32ArrayConstructor): ElementType => ({
  bytes: 8,
  decode: (bytes, into, at) => {
    const low = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const high = new High(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / 4);
    const [lowAt, highAt] = hostIsLittleEndian ? [0, 1] : [1, 0];
    for (let i = 0; i < low.length / 2; i++)
      into[at + i] = high[2 * i + highAt]! * TWO_TO_32 + low[2 * i + lowAt]!;
  },
});

const byWidening = (kind: 'bfloat16' | 'float16'): ElementType => ({
  bytes: 2,
  decode: (bytes, into, at) => widenHalves(kind, bytes, into, at),
});

/**
 * Every value of a small binary float, by bit pattern. `finiteOnly` is the "fn" of float8_e4m3fn (Micikevicius
 * et al. 2022, "FP8 formats for deep learning"): no infinity, NaN only where every other bit is set.
 */
const smallFloatTable = (exponentBits: number, mantissaBits: number, finiteOnly: boolean): Float64Array => {
  const magnitudes = 2 ** (exponentBits + mantissaBits);
  const bias = 2 ** (exponentBits - 1) - 1;
  const topExponent = 2 ** exponentBits - 1;
  const steps = 2 ** mantissaBits;
  const table = new Float64Array(2 * magnitudes);
  for (let pattern = 0; pattern < magnitudes; pattern++) {
    const exponent = Math.floor(pattern / steps);
    const mantissa = pattern % steps;
    let value =
      exponent === 0
        ? mantissa * 2 ** (1 - bias - mantissaBits)
        : (steps + mantissa) * 2 ** (exponent - bias - mantissaBits);
    if (finiteOnly && pattern === magnitudes - 1) value = NaN;
    if (!finiteOnly && exponent === topExponent) value = mantissa === 0 ? Infinity : NaN;
    table[pattern] = value;
    table[pattern + magnitudes] = -value;
  }
  return table;
};

/** One zero and one NaN, both without the sign's use, and a bias that is one higher ("fnuz", Graphcore and AMD). */
const unsignedZeroTable = (exponentBits: number, mantissaBits: number): Float64Array => {
  const magnitudes = 2 ** (exponentBits + mantissaBits);
  const bias = 2 ** (exponentBits - 1);
  const steps = 2 ** mantissaBits;
  const table = new Float64Array(2 * magnitudes);
  for (let pattern = 0; pattern < magnitudes; pattern++) {
    const exponent = Math.floor(pattern / steps);
    const mantissa = pattern % steps;
    const value =
      exponent === 0
        ? mantissa * 2 ** (1 - bias - mantissaBits)
        : (steps + mantissa) * 2 ** (exponent - bias - mantissaBits);
    table[pattern] = value;
    table[pattern + magnitudes] = -value;
  }
  table[magnitudes] = NaN;
  return table;
};

/** Powers of two by their exponent alone (OCP Microscaling Formats 1.0, section 5.4.1). */
const exponentTable = (): Float64Array =>
  Float64Array.from({ length: 256 }, (_, exponent) => (exponent === 255 ? NaN : 2 ** (exponent - 127)));

const byTable = (makeTable: () => Float64Array): ElementType => {
  let table: Float64Array | undefined;
  return {
    bytes: 1,
    decode: (bytes, into, at) => {
      const values = (table ??= makeTable());
      for (let i = 0; i < bytes.length; i++) into[at + i] = values[bytes[i]!]!;
    },
  };
};

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const elementTypes: Readonly<Record<NumericDtype, ElementType>> = {
  float64: byView(8, (buffer, from, length) => new Float64Array(buffer, from, length)),
  float32: byView(4, (buffer, from, length) => new Float32Array(buffer, from, length)),
  float16: byWidening('float16'),
  bfloat16: byWidening('bfloat16'),
  float8_e4m3fn: byTable(() => smallFloatTable(4, 3, true)),
  float8_e5m2: byTable(() => smallFloatTable(5, 2, false)),
  float8_e4m3fnuz: byTable(() => unsignedZeroTable(4, 3)),
  float8_e5m2fnuz: byTable(() => unsignedZeroTable(5, 2)),
  float8_e8m0fnu: byTable(exponentTable),
  int64: by64BitHalves(Int32Array),
  int32: byView(4, (buffer, from, length) => new Int32Array(buffer, from, length)),
  int16: byView(2, (buffer, from, length) => new Int16Array(buffer, from, length)),
  int8: byView(1, (buffer, from, length) => new Int8Array(buffer, from, length)),
  uint64: by64BitHalves(Uint32Array),
  uint32: byView(4, (buffer, from, length) => new Uint32Array(buffer, from, length)),
  uint16: byView(2, (buffer, from, length) => new Uint16Array(buffer, from, length)),
  uint8: byView(1, (buffer, from, length) => new Uint8Array(buffer, from, length)),
  bool: byTable(() => new Float64Array(256).fill(1, 1)),
};

let halves: Float64Array | undefined;
/** The little-endian float16 at byte `at`, whatever its alignment. */
export const float16At = (bytes: Uint8Array, at: number): number =>
  (halves ??= smallFloatTable(5, 10, false))[bytes[at]! | (bytes[at + 1]! << 8)]!;

export const bytesPerElement = (dtype: NumericDtype): number => elementTypes[dtype].bytes;

/** Whether a dtype's name is one whose values can be decoded. */
export const isNumericDtype = (dtype: string): dtype is NumericDtype =>
  (numericDtypes as readonly string[]).includes(dtype);

const swapBytes = (bytes: Uint8Array, width: number): Uint8Array => {
  const copy = Buffer.from(bytes.slice().buffer);
  if (width === 2) copy.swap16();
  else if (width === 4) copy.swap32();
  else if (width === 8) copy.swap64();
  return copy;
};

/**
 * Decodes all elements of `bytes` (a whole number of them) to float64, into `into[at…]`. Every float type is exact;
 * int64 and uint64 are rounded to nearest beyond 2^53; `bool` is 1 for any byte but 0. Bytes at any offset are
 * accepted; those aligned to the element's size and in the machine's order are not copied.
 */
export const decodeElements = (
  dtype: NumericDtype,
  bytes: Uint8Array,
  into: Float64Array,
  at = 0,
  bigEndian = false,
): void => {
  const type = elementTypes[dtype];
  const swap = type.bytes > 1 && bigEndian === hostIsLittleEndian;
  if (swap) type.decode(swapBytes(bytes, type.bytes), into, at);
  else type.decode(bytes.byteOffset % type.bytes === 0 ? bytes : bytes.slice(), into, at);
};
