import { getFloat16 } from '@petamoriken/float16';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  numericDtypes,
  type NumericDtype,
} from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { bytesPerElement, decodeElements } from '../../../extension/engine/checkpoints/tensors/dtypes.js';

const decode = (dtype: NumericDtype, bytes: Uint8Array, bigEndian = false): Float64Array => {
  const into = new Float64Array(bytes.length / bytesPerElement(dtype));
  decodeElements(dtype, bytes, into, 0, bigEndian);
  return into;
};

describe('element types', () => {
  it('float16 agrees with an independent implementation for every bit pattern', () => {
    const patterns = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const view = new DataView(patterns.buffer);
    const values = decode('float16', new Uint8Array(patterns.buffer));
    const differing = patterns.filter((i) => !Object.is(values[i], getFloat16(view, 2 * i, true)));
    expect([...differing]).toEqual([]);
  });

  it('bfloat16 is the upper half of a float32, for every bit pattern, any length and alignment', () => {
    const patterns = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const expected = new Float32Array(Uint32Array.from(patterns, (pattern) => pattern << 16).buffer);
    const values = decode('bfloat16', new Uint8Array(patterns.buffer));
    expect([...patterns.filter((i) => !Object.is(values[i], expected[i]))]).toEqual([]);
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [3, 8],
      [5, 4106],
      [17_000, 21_097],
    ] as const) {
      const part = decode('bfloat16', new Uint8Array(patterns.buffer, 2 * from, 2 * (to - from)));
      expect([...part]).toEqual([...expected.subarray(from, to)]);
    }
  });

  /** Micikevicius et al. 2022, "FP8 formats for deep learning", table 1. */
  it.each<[NumericDtype, number, number]>([
    ['float8_e4m3fn', 0x7e, 448],
    ['float8_e4m3fn', 0x08, 2 ** -6],
    ['float8_e4m3fn', 0x07, 0.875 * 2 ** -6],
    ['float8_e4m3fn', 0x01, 2 ** -9],
    ['float8_e4m3fn', 0x7f, NaN],
    ['float8_e4m3fn', 0x80, -0],
    ['float8_e5m2', 0x7b, 57_344],
    ['float8_e5m2', 0x04, 2 ** -14],
    ['float8_e5m2', 0x01, 2 ** -16],
    ['float8_e5m2', 0xfc, -Infinity],
    ['float8_e5m2', 0x7d, NaN],
  ])('%s 0x%s', (dtype, pattern, value) => {
    expect(decode(dtype, new Uint8Array([pattern]))[0]).toBe(value);
  });

  it('64-bit integers are rounded once, to the nearest float64', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }),
        (numbers) => {
          const signed = BigInt64Array.from(numbers);
          const unsigned = new BigUint64Array(signed.buffer);
          expect([...decode('int64', new Uint8Array(signed.buffer))]).toEqual(Array.from(signed, Number));
          expect([...decode('uint64', new Uint8Array(signed.buffer))]).toEqual(Array.from(unsigned, Number));
        },
      ),
    );
  });

  it.each(numericDtypes)('%s: big-endian and misaligned bytes give the same values', (dtype) => {
    const width = bytesPerElement(dtype);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 64 }), (random) => {
        const bytes = random.subarray(0, random.length - (random.length % width)).slice();
        const straight = decode(dtype, bytes);
        const shifted = new Uint8Array(bytes.length + 1);
        shifted.set(bytes, 1);
        const reversed = bytes.slice();
        for (let at = 0; at < reversed.length; at += width) reversed.subarray(at, at + width).reverse();
        expect(decode(dtype, shifted.subarray(1))).toEqual(straight);
        expect(decode(dtype, reversed, true)).toEqual(straight);
      }),
    );
  });
});
