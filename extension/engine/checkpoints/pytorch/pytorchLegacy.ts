import type { ByteSource } from '../bytes/byteSource.js';
import { malformed, quote, unsupported } from '../bytes/fileErrors.js';
import type { PickleValue } from './pickle/values.js';
import type { PickleLog } from './pytorchPickle.js';
import { windowOf } from '../bytes/zipByteSource.js';
import type { PickledFile } from './pytorchZip.js';
import type { StorageBytes } from './pytorchTensors.js';

/** The value of a legacy file's first pickle. */
export const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const MOST_STORAGES = 200_000;

/** A ten-byte integer, the magic number; before it come the protocol and, from protocol 4 on, a frame. */
const MAGIC_BYTES = Buffer.from([0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);
const MOST_BEFORE_MAGIC = 11;

export const looksLikeLegacyPyTorch = (head: Uint8Array): boolean => {
  const at = Buffer.from(head).indexOf(MAGIC_BYTES);
  return head[0] === 0x80 && at >= 2 && at <= MOST_BEFORE_MAGIC;
};

const isStorageKey = (key: PickleValue): key is string => typeof key === 'string';

/**
 * Files of PyTorch before 1.6: magic number, protocol, writer, the pickled object, the keys of its storages, then for
 * each key the number of elements (eight bytes) and the elements. Always little-endian, whatever wrote it.
 */
export const readLegacyPyTorch = async (source: ByteSource, log: PickleLog): Promise<PickledFile> => {
  const magic = await log.read(source, 0);
  if (magic.value !== LEGACY_MAGIC) throw malformed(source.name, 'its magic number is wrong');
  const protocol = await log.read(source, magic.end);
  if (protocol.value !== PROTOCOL) throw unsupported(source.name, 'its legacy layout has an unknown version');
  const writer = await log.read(source, protocol.end);
  const root = await log.read(source, writer.end);
  const keys = await log.read(source, root.end);
  if (!Array.isArray(keys.value) || !keys.value.every(isStorageKey) || keys.value.length > MOST_STORAGES) {
    throw malformed(source.name, 'the list of its storages is not one');
  }
  const widths = log.storageWidths;
  const storages = new Map<string, StorageBytes>();
  let at = keys.end;
  for (const key of keys.value) {
    const width = widths.get(key);
    if (width === undefined) throw malformed(source.name, `no tensor says what storage ${quote(key)} is of`);
    const header = await source.read(at, 8);
    const count = new DataView(header.buffer, header.byteOffset, 8).getBigInt64(0, true);
    const bytes = Number(count) * width;
    if (count < 0n || !(at + 8 + bytes <= source.size)) {
      throw malformed(source.name, `storage ${quote(key)} is longer than the file`);
    }
    storages.set(key, { source: windowOf(source, `storage ${key}`, at + 8, bytes), bigEndian: false });
    at += 8 + bytes;
  }
  return {
    root: root.value,
    findStorage(key) {
      const storage = storages.get(key);
      if (storage === undefined) throw malformed(source.name, `it has no storage ${quote(key)}`);
      return storage;
    },
    close: () => Promise.resolve(),
  };
};
