import type { BlockDecoder } from './blockTensor.js';

/** Values of the sixteen codes of four bits. */
const values = {
  uint4: Array.from({ length: 16 }, (_, code) => code),
  int4: Array.from({ length: 16 }, (_, code) => (code < 8 ? code : code - 16)),
  /** OCP Microscaling Formats 1.0, section 5.3.3. */
  float4_e2m1fn: [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6],
} as const;

/** Types of which two elements share a byte, the low half first. */
export type HalfByteType = keyof typeof values;

/** The value of a code of four bits. */
export const halfByteValue = (type: HalfByteType, code: number): number => values[type][code]!;

/** Bytes that `elements` of such a type take. */
export const halfByteBytes = (elements: number): number => Math.ceil(elements / 2);

/** A byte is a block of two elements; of an odd number the last half is not used. */
export const halfByteDecoder = (type: HalfByteType): BlockDecoder => ({
  elements: 2,
  bytes: 1,
  decode: (bytes, from, into, at) => {
    into[at] = values[type][bytes[from]! & 15]!;
    into[at + 1] = values[type][bytes[from]! >> 4]!;
  },
});
