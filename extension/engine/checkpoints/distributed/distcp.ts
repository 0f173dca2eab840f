import { dirname, join } from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { Warning } from '../../../contract/report.js';
import { containedPath } from '../bytes/containedPath.js';
import { openFile, type FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote, unsafe } from '../bytes/fileErrors.js';
import { windowOf } from '../bytes/zipByteSource.js';
import { openPyTorchSource } from '../pytorch/pytorch.js';
import { unread, type Checkpoint, type TensorInfo } from '../tensors/checkpoint.js';
import { isNumericDtype } from '../tensors/dtypes.js';
import { fills, joinedTensor, type TensorPart } from '../tensors/joinedTensor.js';
import { elementCount } from '../tensors/shape.js';
import { checkpointOf, closeAll, opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';
import { dropPrefixes } from '../tensors/tensorNames.js';
import { readDistcpMetadata, type Slice, type SlicedTensor } from './distcpMetadata.js';

/** The file that lists the tensors of a distributed checkpoint. */
export const DISTCP_METADATA = '.metadata';

/** What trainers put before the names of the model's tensors, and what holds everything but the model. */
const modelPrefixes = ['model.', 'state_dict.', 'app.model.', 'module.'] as const;
const trainingPart = /^(?:app\.)?(?:optim|lr_sched|scheduler|dataloader|train_state|rng|scaler|loss|opt_)/i;

/** The model's tensors by the names that it has for them; those of the optimizer are left out. */
const modelTensors = (tensors: readonly SlicedTensor[]): Map<string, SlicedTensor> => {
  const model = tensors.filter(({ name }) => !trainingPart.test(name));
  const kept = model.length > 0 ? model : tensors;
  const prefix = modelPrefixes.find((each) => kept.every(({ name }) => name.startsWith(each))) ?? '';
  const names = dropPrefixes(kept.map(({ name }) => name.slice(prefix.length)));
  return new Map(kept.map((tensor, i) => [names[i]!, tensor]));
};

/** Files of the folder, each opened once; a slice is a saved tensor somewhere in one. */
class SliceFiles {
  private readonly files = new Map<string, Promise<FileByteSource>>();

  constructor(private readonly metadata: string) {}

  /** Opens every file that slices lie in; the names of those that are missing. */
  async openAll(names: ReadonlySet<string>): Promise<string[]> {
    const missing: string[] = [];
    for (const name of names) {
      const place = await containedPath(dirname(this.metadata), name);
      if (place.kind === 'outside')
        throw unsafe(this.metadata, `a slice lies outside its folder, at ${quote(name)}`);
      if (place.kind === 'missing') missing.push(name);
      else {
        const opened = await openFile(place.path);
        this.files.set(name, Promise.resolve(opened));
      }
    }
    return missing;
  }

  async opened(): Promise<FileByteSource[]> {
    return Promise.all(this.files.values());
  }

  /** The values of one slice, whose header is read at the first use. */
  part(tensor: string, { offsets, sizes, file, start, length }: Slice): TensorPart {
    let saved: Promise<Checkpoint> | undefined;
    const elements = sizes.reduce((product, size) => product * size, 1);
    const open = async (): Promise<Checkpoint> => {
      const source = await this.files.get(file)!;
      const window = windowOf(source, file, start, length);
      const inner = await openPyTorchSource({ ...window, name: source.name }, source.file);
      const [only, second] = inner.tensors;
      if (only?.elements !== elements || second !== undefined)
        throw malformed(
          source.name,
          `the slice of tensor ${quote(tensor)} at byte ${start} is not of its size`,
        );
      return inner;
    };
    return {
      offsets,
      sizes,
      read: async (from, count, into) => {
        const inner = await (saved ??= open());
        await inner.read(inner.tensors[0]!.name, from, count, into);
      },
    };
  }
}

const toTensor = (
  metadata: string,
  name: string,
  { dtype, shape, slices, missing }: SlicedTensor,
  files: SliceFiles,
  absent: ReadonlySet<string>,
): StoredTensor => {
  const elements = elementCount(metadata, name, shape);
  const info: TensorInfo = { name, shape, dtype, elements, readable: false };
  if (!isNumericDtype(dtype)) return opaqueTensor(info);
  const lost = missing + slices.filter(({ file }) => absent.has(file)).length;
  if (lost > 0) {
    const reason = `${lost} of ${missing + slices.length} slices are missing`;
    return opaqueTensor({ ...info, unmeasured: unread(reason) });
  }
  const parts = slices.map((slice) => files.part(name, slice));
  if (!fills(shape, parts))
    throw malformed(metadata, `the slices of tensor ${quote(name)} do not make up its shape`);
  return joinedTensor({ ...info, readable: true }, parts);
};

/**
 * A checkpoint of torch.distributed.checkpoint (FSDP, Lightning, Accelerate, torchtitan) read in place: `.metadata`
 * names the slices of every tensor, `.distcp` files hold them as saved tensors.
 * @throws GeometryError `malformed-file`, `unsafe-file` for a slice outside the folder, `not-a-checkpoint`.
 */
export const openDistcp = async (folder: string): Promise<Checkpoint> => {
  const path = join(folder, DISTCP_METADATA);
  const { tensors, warnings } = await readDistcpMetadata(path);
  const model = modelTensors(tensors);
  if (model.size === 0) throw new GeometryError('not-a-checkpoint', `${path}: it lists no tensors.`);
  const files = new SliceFiles(path);
  try {
    const wanted = new Set([...model.values()].flatMap(({ slices }) => slices.map(({ file }) => file)));
    const missing = await files.openAll(wanted);
    const absent = new Set(missing);
    const stored = [...model].map(([name, tensor]) => toTensor(path, name, tensor, files, absent));
    const lost = missing.map((name): Warning => {
      return {
        code: 'missing-shard',
        path,
        message: `The file ${quote(name)} of the checkpoint is missing.`,
      };
    });
    const opened = await files.opened();
    return checkpointOf({
      format: 'distributed',
      files: opened.map(({ file }) => file),
      tensors: stored,
      warnings: [...warnings, ...lost],
      sources: opened,
    });
  } catch (thrown) {
    await closeAll(await files.opened());
    throw thrown;
  }
};
