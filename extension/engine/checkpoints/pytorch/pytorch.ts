import { GeometryError } from '../../../contract/errors.js';
import type { ByteSource } from '../bytes/byteSource.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { malformed, unsafe } from '../bytes/fileErrors.js';
import { openFile } from '../bytes/fileByteSource.js';
import { LEGACY_HEAD_BYTES, looksLikeLegacyPyTorch, readLegacyPyTorch } from './pytorchLegacy.js';
import { PickleLog } from './pytorchPickle.js';
import { describeRoot, modelState } from './pytorchState.js';
import { tensorsOf } from './pytorchTensors.js';
import { readPyTorchZip, type PickledFile } from './pytorchZip.js';
import { statedStep } from '../tensors/statedStep.js';
import { checkpointOf, withSource } from '../tensors/storedTensors.js';
import { looksLikeZip } from '../bytes/zipArchive.js';

/** A pickle alone: its tensors can only be NumPy arrays, which carry their bytes. */
const readRawPickle = async (source: ByteSource, log: PickleLog): Promise<PickledFile> => ({
  root: (await log.read(source, 0)).value,
  findStorage: () => {
    throw malformed(source.name, 'its tensors lie in storages that the file does not have');
  },
  close: () => Promise.resolve(),
});

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
  looksLikeZip(head)
    ? Buffer.from(head).includes('data.pkl')
    : head[0] === PROTO && head[1] !== undefined && head[1] >= 2 && head[1] <= HIGHEST_PROTOCOL;

const refuse = (source: ByteSource, pickled: PickledFile, log: PickleLog): never => {
  const [name] = log.unsafeNames;
  if (name !== undefined) {
    throw unsafe(
      source.name,
      `it holds no tensors, and loading it with Python would call ${name}; nothing was called here`,
    );
  }
  throw new GeometryError('not-a-checkpoint', `${source.name}: ${describeRoot(pickled.root)}.`);
};

/**
 * A PyTorch checkpoint over any byte source; closing it closes the source. Nothing of the file is executed: its
 * pickle is read by an interpreter that can build tensors and containers and nothing else.
 * @throws GeometryError `unsafe-file` for a file that only runs code, `malformed-file`, `not-a-checkpoint`, `too-large`.
 */
export const openPyTorchSource = async (source: ByteSource, file: FileIdentity): Promise<Checkpoint> => {
  const head = await source.read(0, Math.min(LEGACY_HEAD_BYTES, source.size));
  if (head.length === 0) throw malformed(source.name, 'the file is empty');
  const { format, read } = layouts.find(({ recognise }) => recognise(head))!;
  const log = new PickleLog(source.name);
  const pickled = await read(source, log);
  const { root } = pickled;
  const state = modelState(source.name, root);
  if (state.tensors.size === 0) refuse(source, pickled, log);
  const { tensors, warnings } = tensorsOf(source.name, state.tensors, pickled.findStorage);
  return checkpointOf({
    format,
    files: [file],
    tensors,
    warnings: [...log.warnings, ...state.warnings, ...warnings],
    step: root instanceof Map ? statedStep((key) => root.get(key)) : undefined,
    sources: [pickled, source],
  });
};

/** A PyTorch file (`.pt`, `.pth`, `.bin`, `.ckpt`) as {@link openPyTorchSource}. */
export const openPyTorch = async (path: string): Promise<Checkpoint> =>
  withSource(await openFile(path), (source) => openPyTorchSource(source, source.file));
