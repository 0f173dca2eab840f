/** A field of a message in protobuf's wire format: its number, and a number or bytes. */
export interface Field {
  readonly number: number;
  readonly wire: 0 | 1 | 2 | 5;
  /** Of varints, as far as a double holds it. */
  readonly value: number;
  /** Of fixed and of length-delimited fields. */
  readonly bytes: Uint8Array;
}

const none = new Uint8Array(0);

/** Reads fields in order; ends early with `false` if the bytes are not a message. Copies nothing. */
export const eachField = (bytes: Uint8Array, visit: (field: Field) => void): boolean => {
  let at = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const key = varint();
    if (key === undefined || key >= 2 ** 32) return false;
    const [number, wire] = [Math.floor(key / 8), key % 8];
    if (number === 0) return false;
    if (wire === 0) {
      const value = varint();
      if (value === undefined) return false;
      // Negative numbers are written as their two's complement of 64 bits.
      visit({ number, wire, value: value >= 2 ** 63 ? value - 2 ** 64 : value, bytes: none });
      continue;
    }
    if (wire !== 1 && wire !== 2 && wire !== 5) return false;
    const length = wire === 2 ? varint() : wire === 1 ? 8 : 4;
    if (length === undefined || at + length > bytes.length) return false;
    visit({ number, wire, value: 0, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return true;
};

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const floatOf = (bytes: Uint8Array): number =>
  bytes.length === 4 ? viewOf(bytes).getFloat32(0, true) : Number.NaN;
export const doubleOf = (bytes: Uint8Array): number =>
  bytes.length === 8 ? viewOf(bytes).getFloat64(0, true) : Number.NaN;
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
