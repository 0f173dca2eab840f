import { ByteCursor } from '../bytes/byteCursor.js';
import type { ByteSource } from '../bytes/byteSource.js';
import type { NumericDtype } from '../tensors/checkpoint.js';
import { bytesPerElement, decodeElements } from '../tensors/dtypes.js';
import { malformed, quote } from '../bytes/fileErrors.js';
import { DOUBLE_DATA, FLOAT_DATA, type TensorProto } from './onnxTensorProto.js';
import { nextField } from './protobufFields.js';

const BATCH = 8192;
const LONGEST_VARINT = 10;

/** Whether values of a list field have a fixed width; the others are varints. */
export const isFixedWidth = (listField: number): boolean =>
  listField === FLOAT_DATA || listField === DOUBLE_DATA;

/** A walk through the values of a tensor's list field, each as the bytes of its dtype. */
const walk = (source: ByteSource, tensor: TensorProto, listField: number, width: number) => {
  const { message } = tensor;
  const cursor = new ByteCursor(source, message.start, message.end);
  const fixed = isFixedWidth(listField);
  let partEnd = message.start;

  const nextPart = async (): Promise<void> => {
    while (cursor.position < message.end) {
      const field = await nextField(source.name, cursor, message.end);
      cursor.position = field.number === listField ? field.start : field.end;
      if (field.number !== listField || field.end === field.start) continue;
      partEnd = field.end;
      return;
    }
    throw malformed(source.name, `the data of tensor ${quote(tensor.name)} ends early`);
  };

  /** Writes up to `count` values from one part to `target`; returns how many. */
  const take = async (target: DataView, count: number): Promise<number> => {
    if (cursor.position >= partEnd) await nextPart();
    const from = cursor.position;
    const most = count * (fixed ? width : LONGEST_VARINT);
    const bytes = await cursor.bytes(Math.min(partEnd - from, most, 1 << 16));
    const { taken, used } = fixed
      ? copyFixed(bytes, target, width)
      : decodeVarints(bytes, target, count, width);
    if (taken === 0)
      throw malformed(source.name, `tensor ${quote(tensor.name)} has a value that does not end`);
    cursor.position = from + used;
    return taken;
  };
  return take;
};

const copyFixed = (bytes: Buffer, target: DataView, width: number): { taken: number; used: number } => {
  const taken = Math.floor(bytes.length / width);
  new Uint8Array(target.buffer, target.byteOffset).set(bytes.subarray(0, taken * width));
  return { taken, used: taken * width };
};

/** Little-endian bytes of each varint's low `width` bytes; negative numbers are ten bytes in two's complement. */
const decodeVarints = (
  bytes: Buffer,
  target: DataView,
  count: number,
  width: number,
): { taken: number; used: number } => {
  let [taken, used, low, high, shift] = [0, 0, 0, 0, 0];
  for (let at = 0; at < bytes.length && taken < count; at++) {
    const byte = bytes[at]!;
    const bits = byte & 0x7f;
    if (shift < 32) low |= bits << shift;
    if (shift === 28) high = bits >>> 4;
    else if (shift > 28) high |= bits << (shift - 32);
    shift += 7;
    if (byte >= 0x80 && shift < 7 * LONGEST_VARINT) continue;
    if (byte >= 0x80) break;
    const to = taken * width;
    if (width === 1) target.setUint8(to, low & 0xff);
    else if (width === 2) target.setUint16(to, low & 0xffff, true);
    else target.setUint32(to, low >>> 0, true);
    if (width === 8) target.setUint32(to + 4, high >>> 0, true);
    [low, high, shift] = [0, 0, 0];
    taken++;
    used = at + 1;
  }
  return { taken, used };
};

/**
 * A reader of elements [start, start + length) from a list field (`int32_data`, `float_data` in parts, …). The walk
 * goes on where the last read ended; reading backwards begins again, as varints have no index.
 */
export const listReader = (
  source: ByteSource,
  tensor: TensorProto,
  listField: number,
  dtype: NumericDtype,
): ((start: number, length: number, into: Float64Array) => Promise<void>) => {
  const width = bytesPerElement(dtype);
  const bytes = new Uint8Array(BATCH * width);
  const view = new DataView(bytes.buffer);
  const values = new Float64Array(BATCH);
  let take = walk(source, tensor, listField, width);
  let position = 0;

  const read = async (start: number, length: number, into: Float64Array): Promise<void> => {
    if (start < position) {
      take = walk(source, tensor, listField, width);
      position = 0;
    }
    while (position < start + length) {
      const wanted = position < start ? start - position : start + length - position;
      const taken = await take(view, Math.min(BATCH, wanted));
      if (position >= start) {
        decodeElements(dtype, bytes.subarray(0, taken * width), values);
        into.set(values.subarray(0, taken), position - start);
      }
      position += taken;
    }
  };
  // One walk serves one reader at a time.
  let last: Promise<unknown> = Promise.resolve();
  return (start, length, into) => {
    const turn = last.then(() => read(start, length, into));
    last = turn.catch(() => (position = Infinity));
    return turn;
  };
};
