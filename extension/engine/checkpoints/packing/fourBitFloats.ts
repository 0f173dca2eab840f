import type { TensorInfo } from '../tensors/checkpoint.js';
import { halfByteValue } from '../tensors/halfBytes.js';
import { isUsedIn, type Finding, type Packing, type ReadTensor } from './namedTensors.js';

interface FourBitLayout {
  readonly codes: TensorInfo;
  readonly scale: TensorInfo;
  /** One more scale for the whole tensor. */
  readonly global?: TensorInfo;
  readonly shape: readonly number[];
  /** Elements that share a scale. */
  readonly block: number;
  readonly scaleValue: (stored: number) => number;
  readonly type: string;
}

const exponent = (stored: number): number => (stored === 255 ? NaN : 2 ** (stored - 127));
const itself = (stored: number): number => stored;

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

/** Two codes a byte, the low half first; scales run along the last axis. */
const computedOf = (layout: FourBitLayout) => (read: ReadTensor) => {
  const { codes, scale, global, shape, block, scaleValue, type } = layout;
  let factor: Promise<number> | undefined;
  return {
    info: { ...codes, shape, elements: product(shape), computed: `dequantised from ${type}` },
    async readElements(start: number, length: number, into: Float64Array): Promise<void> {
      factor ??=
        global === undefined ? Promise.resolve(1) : read(global.name, 0, 1).then(([value]) => value!);
      const firstByte = Math.floor(start / 2);
      const bytes = await read(codes.name, firstByte, Math.ceil((start + length) / 2) - firstByte);
      const firstScale = Math.floor(start / block);
      const scales = await read(scale.name, firstScale, Math.ceil((start + length) / block) - firstScale);
      const whole = await factor;
      for (let i = 0; i < length; i++) {
        const at = start + i;
        const byte = bytes[(at >> 1) - firstByte]!;
        const value = halfByteValue('float4_e2m1fn', at % 2 === 0 ? byte & 15 : byte >> 4);
        const own = scaleValue(scales[Math.floor(at / block) - firstScale]!);
        into[i] = Math.fround(value * Math.fround(own * whole));
      }
    },
  };
};

const claim = (layout: FourBitLayout): Finding[] => [
  { tensor: layout.codes.name, computed: computedOf(layout) },
  { tensor: layout.scale.name, unmeasured: isUsedIn(layout.codes.name) },
  ...(layout.global === undefined
    ? []
    : [{ tensor: layout.global.name, unmeasured: isUsedIn(layout.codes.name) }]),
];

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/**
 * MXFP4 as gpt-oss writes it (`X_blocks` [.., columns/32, 16] beside `X_scales`, exponents), and NVFP4 as ModelOpt
 * writes it (`weight` [rows, columns/2] of bytes, a float8 scale for 16 elements, one float32 scale for all).
 */
const findFourBit: Packing['find'] = (tensors) =>
  [...tensors.values()].flatMap((codes): Finding[] => {
    if (codes.dtype !== 'uint8' || codes.shape.length < 2) return [];
    const { name, shape } = codes;
    if (name.endsWith('_blocks') && shape.at(-1) === 16) {
      const scale = tensors.get(`${name.slice(0, -'_blocks'.length)}_scales`);
      if (scale?.dtype !== 'uint8' || !equal(scale.shape, shape.slice(0, -1))) return [];
      const whole = [...shape.slice(0, -2), shape.at(-2)! * 32];
      return claim({ codes, scale, shape: whole, block: 32, scaleValue: exponent, type: 'MXFP4' });
    }
    const scale = tensors.get(`${name}_scale`);
    const global = tensors.get(`${name}_scale_2`);
    const columns = shape.at(-1)! * 2;
    const isNvfp4 =
      scale?.dtype === 'float8_e4m3fn' &&
      global?.elements === 1 &&
      equal(scale.shape, [...shape.slice(0, -1), columns / 16]);
    if (!isNvfp4) return [];
    const whole = [...shape.slice(0, -1), columns];
    return claim({ codes, scale, global, shape: whole, block: 16, scaleValue: itself, type: 'NVFP4' });
  });

export const fourBitFloats: Packing = { name: 'four-bit floats', find: findFourBit };
