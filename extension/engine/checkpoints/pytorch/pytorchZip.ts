import { GeometryError } from '../../../contract/errors.js';
import { readInto, type ByteSource } from '../bytes/byteSource.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import type { PickleValue } from './pickle/values.js';
import type { PickleLog } from './pytorchPickle.js';
import type { FindStorage } from './pytorchTensors.js';
import { openZip, type ZipArchive, type ZipMember } from '../bytes/zipArchive.js';

export interface PickledFile {
  readonly root: PickleValue;
  /** Values that TorchScript code refers to by number. */
  readonly constants?: PickleValue;
  readonly findStorage: FindStorage;
  /** Closes what was opened on top of the source. */
  close(): Promise<void>;
}

/** Names of PyTorch's own layout versions; a newer one may mean other things by the same names. */
const HIGHEST_FORMAT_VERSION = 1;
const LONGEST_NOTE = 64;

/** Opens a member when its first byte is wanted: a header read for each of thousands of storages would add up. */
const lazily = (member: ZipMember): ByteSource => {
  let opening: Promise<ByteSource> | undefined;
  const opened = (): Promise<ByteSource> => (opening ??= member.open());
  return {
    name: member.name,
    size: member.size,
    read: async (offset, length) => (await opened()).read(offset, length),
    readInto: async (offset, target) => readInto(await opened(), offset, target),
    lease: async () => (await opened()).lease?.(),
    async close() {
      if (opening !== undefined) await (await opening).close();
    },
  };
};

/**
 * The archive's members as PyTorch finds them: without regard to the case of ASCII letters.
 * @throws GeometryError `malformed-file` where two names differ by case only: which one PyTorch reads is its secret.
 */
const byPyTorchName = (source: ByteSource, zip: ZipArchive): ReadonlyMap<string, ZipMember> => {
  const members = new Map<string, ZipMember>();
  for (const member of zip.values()) {
    const name = pyTorchName(member.name);
    const other = members.get(name);
    if (other !== undefined) {
      const both = `${quote(other.name)} and ${quote(member.name)}`;
      throw malformed(
        source.name,
        `its members ${both} differ by upper and lower case only, and PyTorch takes either`,
      );
    }
    members.set(name, member);
  }
  return members;
};

const pyTorchName = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** `data.pkl` at the top or one folder down; the folder is named after the file that was first saved. */
const findPickle = (source: ByteSource, members: ReadonlyMap<string, ZipMember>): ZipMember => {
  const [pickle, second] = [...members]
    .filter(([name]) => /^([^/]*\/)?data\.pkl$/.test(name))
    .map(([, member]) => member);
  if (pickle === undefined) {
    const isNumpy = members.size > 0 && [...members.keys()].every((name) => name.endsWith('.npy'));
    throw new GeometryError(
      'malformed-file',
      `${source.name}: there is no data.pkl in the archive, so it is not a PyTorch checkpoint${isNumpy ? '; it is a NumPy archive' : ''}.`,
    );
  }
  if (second !== undefined) {
    throw malformed(source.name, `it holds two pickles, ${quote(pickle.name)} and ${quote(second.name)}`);
  }
  return pickle;
};

const readNote = async (member: ZipMember | undefined): Promise<string | undefined> => {
  if (member === undefined || member.size > LONGEST_NOTE) return undefined;
  const source = await member.open();
  try {
    return Buffer.from(await source.read(0, member.size))
      .toString('latin1')
      .trim();
  } finally {
    await source.close();
  }
};

const CONSTANTS = 'constants';

const readConstants = async (
  log: PickleLog,
  member: ZipMember | undefined,
): Promise<PickleValue | undefined> => {
  if (member === undefined) return undefined;
  const bytes = await member.open();
  log.storageFolder = CONSTANTS;
  try {
    return (await log.read(bytes, 0)).value;
  } finally {
    log.storageFolder = '';
    await bytes.close();
  }
};

/** Whether an archive says in its `byteorder` that a big-endian machine wrote it. */
export const isBigEndian = async (zip: ZipArchive): Promise<boolean> => {
  const name = [...zip.keys()].find((member) => /^(?:[^/]*\/)?byteorder$/.test(member));
  return (await readNote(name === undefined ? undefined : zip.get(name))) === 'big';
};

/** The layout of PyTorch 1.6 and later: a zip archive of `data.pkl`, `byteorder` and `data/KEY` for each storage. */
export const readPyTorchZip = async (source: ByteSource, log: PickleLog): Promise<PickledFile> => {
  const members = byPyTorchName(source, await openZip(source));
  const member = (name: string): ZipMember | undefined => members.get(pyTorchName(name));
  const pickle = findPickle(source, members);
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const version = await readNote(member(`${folder}.format_version`));
  if (version !== undefined && Number(version) > HIGHEST_FORMAT_VERSION) {
    throw new GeometryError(
      'unsupported-format',
      `${source.name}: its layout has version ${quote(version)}; up to ${HIGHEST_FORMAT_VERSION} is known.`,
    );
  }
  const order = (await readNote(member(`${folder}byteorder`))) ?? 'little';
  if (order !== 'little' && order !== 'big')
    throw malformed(source.name, `its byte order is ${quote(order)}`);
  if (pickle.size > source.size * 64) throw tooLarge(source.name, 'its pickle expands beyond measure');

  const bytes = await pickle.open();
  const { value: root } = await log.read(bytes, 0).finally(() => bytes.close());
  const opened = new Map<string, ByteSource>();
  const findStorage: FindStorage = (key) => {
    const name = key.startsWith(`${CONSTANTS}/`) ? `${folder}${key}` : `${folder}data/${key}`;
    const found = member(name) ?? member(`${folder}tensors/${key}`);
    if (found === undefined) throw malformed(source.name, `the archive has no member ${quote(name)}`);
    const storage = opened.get(found.name) ?? lazily(found);
    opened.set(found.name, storage);
    return { source: storage, bigEndian: order === 'big' };
  };
  const constants = await readConstants(log, member(`${folder}${CONSTANTS}.pkl`));
  return {
    root,
    ...(constants === undefined ? {} : { constants }),
    findStorage,
    async close() {
      await Promise.allSettled([...opened.values()].map((storage) => storage.close()));
    },
  };
};
