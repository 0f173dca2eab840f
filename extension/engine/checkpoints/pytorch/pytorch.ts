import { GeometryError } from '../../../contract/errors.js';
import type { ByteSource } from '../bytes/byteSource.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';
import type { Checkpoint, RunState } from '../tensors/checkpoint.js';
import { SharedFile, runInFile, type StateInRun } from './runInFile.js';
import { malformed, unsafe } from '../bytes/fileErrors.js';
import { openFile, type FileByteSource } from '../bytes/fileByteSource.js';
import { LEGACY_MAGIC, looksLikeLegacyPyTorch, readLegacyPyTorch } from './pytorchLegacy.js';
import { PickleLog } from './pytorchPickle.js';
import { describeRoot, modelState } from './pytorchState.js';
import { tensorsOf } from './pytorchTensors.js';
import { exportedWeights, weightsConfigOf } from './exportedProgram.js';
import { isBigEndian, readPyTorchZip, type PickledFile } from './pytorchZip.js';
import { statedStep } from '../tensors/statedStep.js';
import { checkpointOf, closeAll, withSource } from '../tensors/storedTensors.js';
import { looksLikeZip, openZip } from '../bytes/zipArchive.js';

const MOST_PICKLES = 64;

/**
 * A pickle alone: its tensors can only be NumPy arrays, which carry their bytes. One whose value is the legacy layout's
 * magic number is such a file, however it spells the number. Pickles that follow are read for the names in them: a
 * program that loads one after the other runs them too.
 */
const readRawPickle = async (source: ByteSource, log: PickleLog): Promise<PickledFile> => {
  const { value: root, end } = await log.read(source, 0);
  if (root === LEGACY_MAGIC) return readLegacyPyTorch(source, log);
  await readNames(source, log, end);
  return {
    root,
    findStorage: () => {
      throw malformed(source.name, 'its tensors lie in storages that the file does not have');
    },
    close: () => Promise.resolve(),
  };
};

const readNames = async (source: ByteSource, log: PickleLog, start: number): Promise<void> => {
  let at = start;
  for (let count = 0; count < MOST_PICKLES && at + 2 <= source.size; count++) {
    if (!looksLikePickle(await source.read(at, 2))) return;
    try {
      at = (await log.read(source, at)).end;
    } catch (thrown) {
      // Bytes that only look like a pickle are none of the file's faults.
      if (thrown instanceof GeometryError) return;
      throw thrown;
    }
  }
};

/** Enough for the name of an archive's first member, and for the magic number of older files. */
const HEAD_BYTES = 128;

interface Layout {
  readonly format: string;
  readonly recognise: (head: Uint8Array) => boolean;
  readonly read: (source: ByteSource, log: PickleLog) => Promise<PickledFile>;
}

/** The first that recognises the file reads it. Protocol 2 and later begin with their number, older ones anyhow. */
const layouts: readonly Layout[] = [
  { format: 'pytorch-zip', recognise: looksLikeZip, read: readPyTorchZip },
  { format: 'pytorch-legacy', recognise: looksLikeLegacyPyTorch, read: readLegacyPyTorch },
  { format: 'pickle', recognise: () => true, read: readRawPickle },
];

const PROTO = 0x80;
const HIGHEST_PROTOCOL = 5;

/**
 * Whether a file begins as one of PyTorch's layouts or a pickle does. Zip archives are other programs' too: one
 * counts here if its first member is where `torch.save` puts it.
 */
export const looksLikePyTorch = (head: Uint8Array): boolean =>
  looksLikeZip(head) ? Buffer.from(head).includes('data.pkl') : looksLikePickle(head);

const looksLikePickle = ([first, protocol = 0]: Uint8Array): boolean =>
  first === PROTO && protocol >= 2 && protocol <= HIGHEST_PROTOCOL;

const refuse = (source: ByteSource, pickled: PickledFile, log: PickleLog): never => {
  const { summary } = log.findings;
  if (summary !== undefined && log.findings.isDangerous)
    throw unsafe(source.name, `it holds no tensors, and ${summary}; nothing was called here`);
  throw new GeometryError('not-a-checkpoint', `${source.name}: ${describeRoot(pickled.root)}.`);
};

/** A `.pt2` archive, which has no pickle of its own. */
const openExported = async (source: ByteSource, file: FileIdentity): Promise<Checkpoint | undefined> => {
  const zip = await openZip(source);
  const config = weightsConfigOf(zip);
  if (config !== undefined) {
    const { tensors, close } = await exportedWeights(source.name, zip, config, await isBigEndian(zip));
    return checkpointOf({ format: 'pytorch-export', files: [file], tensors, sources: [{ close }, source] });
  }
  // PyTorch 2.1 to 2.7 keep a saved state_dict inside.
  const saved = [...zip.values()].find(({ name }) => /(?:^|\/)serialized_state_dict\.pt$/.test(name));
  if (saved === undefined) return undefined;
  const inner = await openPyTorchSource(await saved.open(), file);
  return { ...inner, format: 'pytorch-export', close: () => closeAll([inner, source]) };
};

/**
 * A PyTorch checkpoint over any byte source; closing it closes the source. Nothing of the file is executed: its
 * pickle is read by an interpreter that can build tensors and containers and nothing else.
 * @throws GeometryError `unsafe-file` for a file that only runs code, `malformed-file`, `not-a-checkpoint`, `too-large`.
 */
export const openPyTorchSource = async (source: ByteSource, file: FileIdentity): Promise<Checkpoint> => {
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
  if (head.length === 0) throw malformed(source.name, 'the file is empty');
  // Saved files begin with their pickle; only other archives have their members looked at.
  const isOtherArchive = looksLikeZip(head) && !Buffer.from(head).includes('data.pkl');
  const exported = isOtherArchive ? await openExported(source, file) : undefined;
  if (exported !== undefined) return exported;
  const log = new PickleLog(source.name);
  try {
    return await openPickled(source, file, log, head);
  } catch (thrown) {
    throw log.findings.besides(thrown);
  }
};

const openPickled = async (
  source: ByteSource,
  file: FileIdentity,
  log: PickleLog,
  head: Uint8Array,
): Promise<Checkpoint> => {
  const { format, read } = layouts.find(({ recognise }) => recognise(head))!;
  const pickled = await read(source, log);
  const { root } = pickled;
  const state = modelState(source.name, root, pickled.constants);
  if (state.tensors.size === 0) refuse(source, pickled, log);
  const { tensors, warnings } = tensorsOf(source.name, state.tensors, pickled.findStorage);
  const checkpoint = checkpointOf({
    format,
    files: [file],
    tensors,
    warnings: [...log.warnings, ...state.warnings, ...warnings],
    step: root instanceof Map ? statedStep((key) => root.get(key)) : undefined,
    sources: [pickled, source],
  });
  const run = runInFile(root);
  return run === undefined ? checkpoint : { ...checkpoint, run: runOf(run, file, format) };
};

/** The states of a run in one file, over one opened file for all. */
const runOf = (run: readonly StateInRun[], file: FileIdentity, format: string): readonly RunState[] => {
  const shared = new SharedFile(async () => {
    const source = await openFile(file.path);
    const log = new PickleLog(source.name);
    const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
    const pickled = await layouts.find(({ recognise }) => recognise(head))!.read(source, log);
    return {
      source,
      pickled,
      states: runInFile(pickled.root) ?? [],
      close: () => closeAll([pickled, source]),
    };
  });
  return run.map(({ step }, i) => ({
    ...(step === undefined ? {} : { step }),
    open: () =>
      shared.use(({ source, pickled, states }) => {
        const state = modelState(source.name, states[i]?.state ?? null);
        const { tensors, warnings } = tensorsOf(source.name, state.tensors, pickled.findStorage);
        return checkpointOf({ format, files: [file], tensors, warnings, step, sources: [] });
      }),
  }));
};

/** A PyTorch file (`.pt`, `.pth`, `.bin`, `.ckpt`) as {@link openPyTorchSource}. */
export const readPyTorch = (source: FileByteSource): Promise<Checkpoint> =>
  openPyTorchSource(source, source.file);

export const openPyTorch = async (path: string): Promise<Checkpoint> =>
  withSource(await openFile(path), readPyTorch);
