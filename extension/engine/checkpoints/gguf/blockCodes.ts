import { float16At } from '../tensors/dtypes.js';
import type { BlockDecoder } from '../tensors/blockTensor.js';

type Decode = BlockDecoder['decode'];

/** ggml computes in float32: every product and every sum is rounded, so values are equal to those of its own code. */
const { fround } = Math;
const SUPER_BLOCK = 256;

/** d·(q − offset): codes of four bits, low halves first (ggml-quants.c, `dequantize_row_q4_0`). */
const q4_0: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from);
  for (let i = 0; i < 16; i++) {
    const code = bytes[from + 2 + i]!;
    into[at + i] = fround(d * ((code & 15) - 8));
    into[at + 16 + i] = fround(d * ((code >> 4) - 8));
  }
};

const q4_1: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from);
  const m = float16At(bytes, from + 2);
  for (let i = 0; i < 16; i++) {
    const code = bytes[from + 4 + i]!;
    into[at + i] = fround(fround(d * (code & 15)) + m);
    into[at + 16 + i] = fround(fround(d * (code >> 4)) + m);
  }
};

/** Four low bits from a byte's half, the fifth from a word of 32 bits. */
const fiveBits = (bytes: Uint8Array, high: number, low: number, i: number): number =>
  (i < 16 ? bytes[low + i]! & 15 : bytes[low + i - 16]! >> 4) |
  (((bytes[high + (i >> 3)]! >> (i & 7)) & 1) << 4);

const q5_0: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from);
  for (let i = 0; i < 32; i++) into[at + i] = fround(d * (fiveBits(bytes, from + 2, from + 6, i) - 16));
};

const q5_1: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from);
  const m = float16At(bytes, from + 2);
  for (let i = 0; i < 32; i++) into[at + i] = fround(fround(d * fiveBits(bytes, from + 4, from + 8, i)) + m);
};

const q8_0: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from);
  for (let i = 0; i < 32; i++) into[at + i] = fround(d * ((bytes[from + 2 + i]! << 24) >> 24));
};

/** Two-bit codes of a quarter of a super-block's plane: element i of 256 lies in plane (i >> 5) & 3 of its half. */
const twoBits = (bytes: Uint8Array, codes: number, i: number): number =>
  (bytes[codes + ((i >> 7) << 5) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3;

const q2_K: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from + 80);
  const dmin = float16At(bytes, from + 82);
  for (let i = 0; i < SUPER_BLOCK; i++) {
    const scale = bytes[from + (i >> 4)]!;
    const q = twoBits(bytes, from + 16, i);
    into[at + i] = fround(fround(fround(d * (scale & 15)) * q) - fround(dmin * (scale >> 4)));
  }
};

/** Six-bit scales of Q3_K: four low bits in eight bytes, two high ones in four. */
const q3Scale = (bytes: Uint8Array, scales: number, j: number): number =>
  ((j < 8 ? bytes[scales + j]! & 15 : bytes[scales + j - 8]! >> 4) |
    (((bytes[scales + 8 + (j & 3)]! >> (2 * (j >> 2))) & 3) << 4)) -
  32;

const q3_K: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from + 108);
  for (let i = 0; i < SUPER_BLOCK; i++) {
    const high = (bytes[from + (i & 31)]! >> (i >> 5)) & 1;
    const q = twoBits(bytes, from + 32, i) - (high === 1 ? 0 : 4);
    into[at + i] = fround(fround(d * q3Scale(bytes, from + 96, i >> 4)) * q);
  }
};

/** Scale and minimum j of eight, six bits each in twelve bytes (`get_scale_min_k4`). */
const scaleK4 = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + j]! & 63 : (bytes[at + j + 4]! & 15) | ((bytes[at + j - 4]! >> 6) << 4);
const minimumK4 = (bytes: Uint8Array, at: number, j: number): number =>
  j < 4 ? bytes[at + j + 4]! & 63 : (bytes[at + j + 4]! >> 4) | ((bytes[at + j]! >> 6) << 4);

/** d·scale·q − dmin·minimum, 32 elements to a scale; `high` gives the bits above the four of the code. */
const k4 =
  (codes: number, high: (bytes: Uint8Array, from: number, j: number, i: number) => number): Decode =>
  (bytes, from, into, at) => {
    const d = float16At(bytes, from);
    const dmin = float16At(bytes, from + 2);
    for (let j = 0; j < 8; j++) {
      const scale = fround(d * scaleK4(bytes, from + 4, j));
      const minimum = fround(dmin * minimumK4(bytes, from + 4, j));
      for (let i = 0; i < 32; i++) {
        const code = bytes[from + codes + 32 * (j >> 1) + i]!;
        const q = (j % 2 === 0 ? code & 15 : code >> 4) | high(bytes, from, j, i);
        into[at + 32 * j + i] = fround(fround(scale * q) - minimum);
      }
    }
  };

const q4_K = k4(16, () => 0);
const q5_K = k4(48, (bytes, from, j, i) => ((bytes[from + 16 + i]! >> j) & 1) << 4);

const q6_K: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from + 208);
  for (let i = 0; i < SUPER_BLOCK; i++) {
    const half = i >> 7;
    const place = i & 127;
    const low = bytes[from + 64 * half + (place & 63)]!;
    const high = (bytes[from + 128 + 32 * half + (place & 31)]! >> (2 * (place >> 5))) & 3;
    const q = ((place < 64 ? low & 15 : low >> 4) | (high << 4)) - 32;
    const scale = (bytes[from + 192 + (i >> 4)]! << 24) >> 24;
    into[at + i] = fround(fround(d * scale) * q);
  }
};

/** Values of the non-linear four-bit code (ggml-common.h, `kvalues_iq4nl`). */
const nonLinear = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

const iq4_NL: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from);
  for (let i = 0; i < 16; i++) {
    const code = bytes[from + 2 + i]!;
    into[at + i] = fround(d * nonLinear[code & 15]!);
    into[at + 16 + i] = fround(d * nonLinear[code >> 4]!);
  }
};

const iq4_XS: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from);
  const highScales = bytes[from + 2]! | (bytes[from + 3]! << 8);
  for (let j = 0; j < 8; j++) {
    const low = (bytes[from + 4 + (j >> 1)]! >> (4 * (j & 1))) & 15;
    const scale = fround(d * ((low | (((highScales >> (2 * j)) & 3) << 4)) - 32));
    for (let i = 0; i < 16; i++) {
      const code = bytes[from + 8 + 16 * j + i]!;
      into[at + 32 * j + i] = fround(scale * nonLinear[code & 15]!);
      into[at + 32 * j + 16 + i] = fround(scale * nonLinear[code >> 4]!);
    }
  }
};

const tq2_0: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from + 64);
  for (let i = 0; i < SUPER_BLOCK; i++) into[at + i] = fround(d * (twoBits(bytes, from, i) - 1));
};

/** A ternary digit of a byte that holds five: multiplied by a power of three it moves to the top. */
const trit = (code: number, power: number): number => ((((code * power) & 255) * 3) >> 8) - 1;
const powers = [1, 3, 9, 27, 81] as const;

const tq1_0: Decode = (bytes, from, into, at) => {
  const d = float16At(bytes, from + 52);
  let to = at;
  for (const [start, width, digits] of [
    [0, 32, 5],
    [32, 16, 5],
    [48, 4, 4],
  ] as const) {
    for (const power of powers.slice(0, digits))
      for (let i = 0; i < width; i++) into[to++] = fround(d * trit(bytes[from + start + i]!, power));
  }
};

/** Doubled values of the four-bit float E2M1 (OCP Microscaling Formats 1.0, section 5.3.3). */
const e2m1Doubled = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

const mxfp4: Decode = (bytes, from, into, at) => {
  // Half of the shared power of two, since the codes are doubled.
  const d = 2 ** (bytes[from]! - 128);
  for (let i = 0; i < 16; i++) {
    const code = bytes[from + 1 + i]!;
    into[at + i] = d * e2m1Doubled[code & 15]!;
    into[at + 16 + i] = d * e2m1Doubled[code >> 4]!;
  }
};

/** Types whose blocks are decoded, by ggml's names. */
export const blockCodes: Readonly<Record<string, Decode>> = {
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q8_0: q8_0,
  Q2_K: q2_K,
  Q3_K: q3_K,
  Q4_K: q4_K,
  Q5_K: q5_K,
  Q6_K: q6_K,
  IQ4_NL: iq4_NL,
  IQ4_XS: iq4_XS,
  TQ1_0: tq1_0,
  TQ2_0: tq2_0,
  MXFP4: mxfp4,
};
