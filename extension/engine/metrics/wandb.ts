import { crc32 } from 'node:zlib';
import { limits, readBytes } from '../../disk/regularFile.js';
import { CurveCollector, numbersIn, type ReadCurves } from './curve.js';
import { eachField, textOf } from './protobuf.js';

const BLOCK = 32_768;
const HEADER = 7;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4];
const MOST_RECORD = 64 * 1024 * 1024;

/** HistoryItem { key = 1, nested_key = 2, value_json = 16 }. */
const itemOf = (bytes: Uint8Array): [string, unknown] | undefined => {
  let key = '';
  const nested: string[] = [];
  let json: string | undefined;
  eachField(bytes, (field) => {
    if (field.wire !== 2) return;
    if (field.number === 1) key = textOf(field.bytes);
    if (field.number === 2) nested.push(textOf(field.bytes));
    if (field.number === 16) json = textOf(field.bytes);
  });
  if (json === undefined) return undefined;
  try {
    return [nested.length > 0 ? nested.join('/') : key, JSON.parse(json) as unknown];
  } catch {
    return undefined;
  }
};

/** Record { history = 2 }, HistoryRecord { item = 1, step = 2 }, HistoryStep { num = 1 }. */
const addRecord = (record: Uint8Array, found: CurveCollector): boolean =>
  eachField(record, (field) => {
    if (field.number !== 2 || field.wire !== 2) return;
    const items = new Map<string, number>();
    let step: number | undefined;
    eachField(field.bytes, ({ number, wire, bytes }) => {
      if (number === 1 && wire === 2) {
        const item = itemOf(bytes);
        if (item === undefined) return;
        const [name, value] = item;
        if (typeof value === 'number') items.set(name, value);
        else for (const [inner, one] of numbersIn(value, `${name}/`)) items.set(inner, one);
      }
      if (number === 2 && wire === 2) {
        eachField(bytes, (inner) => {
          if (inner.number === 1 && inner.wire === 0) step = inner.value;
        });
      }
    });
    const at = items.get('_step') ?? step;
    if (at === undefined) return;
    // This prefix marks the program's own names: time, step, system.
    for (const [name, value] of items) if (!name.startsWith('_')) found.add(name, at, value);
  });

/**
 * `run-ID.wandb` of Weights & Biases: blocks of 32 KiB with parts of records, each with CRC-32, length and
 * kind, as in LevelDB's log. A truncated part ends the reading; a wrong checksum loses its record.
 */
export const readWandb = async (file: string): Promise<ReadCurves> => {
  const bytes = await readBytes(file, limits.results);
  const found = new CurveCollector();
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 4) !== ':W&B') {
    return found.read(['it does not begin as a file of Weights & Biases does']);
  }
  let odd = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  let at = HEADER;
  while (at + HEADER <= bytes.length) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      at += left;
      continue;
    }
    const sum = bytes.readUInt32LE(at);
    const length = bytes.readUInt16LE(at + 4);
    const kind = bytes[at + 6]!;
    // The unused rest of a block is zero.
    if (kind === 0 && length === 0) {
      at += left;
      continue;
    }
    const data = bytes.subarray(at + HEADER, at + HEADER + length);
    if (data.length < length) break;
    at += HEADER + length;
    const isSound =
      crc32(data, crc32(Uint8Array.of(kind))) === sum && kind <= LAST && length <= left - HEADER;
    if (!isSound || size + length > MOST_RECORD) {
      odd++;
      [parts, size] = [[], 0];
      continue;
    }
    if (kind === FULL || kind === FIRST) [parts, size] = [[], 0];
    else if (parts.length === 0) continue;
    parts.push(data);
    size += length;
    if (kind === MIDDLE || kind === FIRST) continue;
    if (!addRecord(parts.length === 1 ? parts[0]! : Buffer.concat(parts), found)) odd++;
    [parts, size] = [[], 0];
  }
  return found.read(odd === 0 ? [] : [`${odd} of its records are damaged`]);
};
