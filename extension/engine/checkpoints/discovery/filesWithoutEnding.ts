import { extname, join } from 'node:path';
import { openFile } from '../bytes/fileByteSource.js';
import { formats, HEAD_BYTES } from '../formats.js';

/** Programs write files without an ending too; of a folder of many, the first in the order of names are looked at. */
const mostLookedAt = 1000;

/** First byte of a pickle of protocol 2 and later, and of no map of msgpack that holds anything. */
const PICKLE = 0x80;

/** Formats whose first bytes are too few to tell them from other files. */
const unsure = new Set(['onnx']);

const endingByContent = async (path: string): Promise<string | undefined> => {
  const source = await openFile(path).catch(() => undefined);
  if (source === undefined) return undefined;
  try {
    const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
    // Data sets are pickled without an ending more often than weights are.
    if (head[0] === PICKLE) return undefined;
    const format = formats.find(({ name, recognise }) => !unsure.has(name) && recognise(head, source.size));
    return format?.endings[0];
  } catch {
    // What cannot be read is no weight file here.
    return undefined;
  } finally {
    // A file that has grown meanwhile, as logs do, says so when it is closed.
    await source.close().catch(() => undefined);
  }
};

export interface UnnamedFiles {
  /** Name → the ending that files of their format have. */
  readonly found: ReadonlyMap<string, string>;
  /** How many files without an ending were not looked at. */
  readonly unopened: number;
}

/** Weight files of a folder whose names have no ending, as `checkpoint_1000` of Flax, by their first bytes. */
export const filesWithoutEnding = async (folder: string, names: readonly string[]): Promise<UnnamedFiles> => {
  const candidates = names.filter((one) => extname(one) === '');
  const found = new Map<string, string>();
  for (const name of candidates.slice(0, mostLookedAt)) {
    const ending = await endingByContent(join(folder, name));
    if (ending !== undefined) found.set(name, ending);
  }
  return { found, unopened: Math.max(0, candidates.length - mostLookedAt) };
};
