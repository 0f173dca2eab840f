import { limits, readBytes } from '../../disk/regularFile.js';
import { maskedCrc32c } from './crc32c.js';
import { CurveCollector, type ReadCurves } from './curve.js';
import { doubleOf, eachField, floatOf, textOf } from './protobuf.js';

/** Event { step = 2, summary = 5 }, Summary { value = 1 }, Value { tag = 1, simple_value = 2, tensor = 8 }. */
const addEvent = (event: Uint8Array, found: CurveCollector): boolean => {
  let step = 0;
  const summaries: Uint8Array[] = [];
  const isWhole = eachField(event, ({ number, wire, value, bytes }) => {
    if (number === 2 && wire === 0) step = value;
    if (number === 5 && wire === 2) summaries.push(bytes);
  });
  for (const summary of summaries) {
    eachField(summary, ({ number, wire, bytes }) => {
      if (number === 1 && wire === 2) addValue(bytes, step, found);
    });
  }
  return isWhole;
};

const addValue = (bytes: Uint8Array, step: number, found: CurveCollector): void => {
  let tag = '';
  let scalar: number | undefined;
  eachField(bytes, (field) => {
    if (field.number === 1 && field.wire === 2) tag = textOf(field.bytes);
    if (field.number === 2 && field.wire === 5) scalar = floatOf(field.bytes);
    if (field.number === 8 && field.wire === 2) scalar = scalarOf(field.bytes);
  });
  if (tag !== '' && scalar !== undefined) found.add(tag, step, scalar);
};

const DT_FLOAT = 1;
const DT_DOUBLE = 2;

/** TensorProto { dtype = 1, tensor_content = 4, float_val = 5, double_val = 6 } of one number; undefined of any other. */
const scalarOf = (bytes: Uint8Array): number | undefined => {
  let dtype = 0;
  let content: Uint8Array | undefined;
  eachField(bytes, (field) => {
    if (field.number === 1 && field.wire === 0) dtype = field.value;
    if (field.number === 4 && field.wire === 2) content = field.bytes;
    // Packed or not, a single number has the same bytes.
    if ((field.number === 5 && dtype !== DT_DOUBLE) || (field.number === 6 && dtype === DT_DOUBLE))
      content = field.bytes;
  });
  if (content === undefined) return undefined;
  if (dtype === DT_FLOAT && content.length === 4) return floatOf(content);
  return dtype === DT_DOUBLE && content.length === 8 ? doubleOf(content) : undefined;
};

/**
 * An event file of TensorBoard: records of length, masked CRC-32C, data, masked CRC-32C. The last one may be
 * incomplete during writing. A wrong checksum ends the reading, because the next record's position is then
 * unknown.
 */
export const readTensorBoard = async (file: string): Promise<ReadCurves> => {
  const bytes = await readBytes(file, limits.results);
  const found = new CurveCollector();
  let at = 0;
  let odd = 0;
  while (at + 16 <= bytes.length) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (bytes.readUInt32LE(at + 8) !== maskedCrc32c(bytes.subarray(at, at + 8))) {
      return found.read([`it is damaged at byte ${at}, and what follows is left out`]);
    }
    if (length > bytes.length - at - 16) break;
    const event = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 12 + length) !== maskedCrc32c(event) || !addEvent(event, found)) odd++;
    at += 16 + length;
  }
  return found.read(odd === 0 ? [] : [`${odd} of its records are damaged`]);
};
