import { readBytes } from '../../../disk/regularFile.js';

const MAGIC = 'glibc-ld.so.cache1.1';
const HEADER = 48;
const ENTRY = 24;
const MOST = 2 ** 24;

/**
 * Libraries that the loader finds by itself: name → path, the first of a name. glibc's format of `ld.so.cache` since 2.2,
 * with or without the older one before it; empty where there is no cache, or one of another format.
 */
export const loaderCache = async (file = '/etc/ld.so.cache'): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  const bytes = await readBytes(file, MOST).catch(() => undefined);
  const start = bytes?.indexOf(MAGIC, 0, 'latin1') ?? -1;
  if (bytes === undefined || start < 0 || start + HEADER > bytes.length) return found;
  const count = bytes.readUInt32LE(start + 20);
  const text = (at: number): string | undefined => {
    const end = at < bytes.length ? bytes.indexOf(0, at) : -1;
    return end < 0 ? undefined : bytes.toString('utf8', at, end);
  };
  for (let i = 0; i < count; i++) {
    const at = start + HEADER + i * ENTRY;
    if (at + ENTRY > bytes.length) break;
    // Offsets of names count from the beginning of this format's own header.
    const name = text(start + bytes.readUInt32LE(at + 4));
    const path = text(start + bytes.readUInt32LE(at + 8));
    if (name && path && !found.has(name)) found.set(name, path);
  }
  return found;
};
