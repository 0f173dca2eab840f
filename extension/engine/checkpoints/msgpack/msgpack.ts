import type { FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote, unsupported } from '../bytes/fileErrors.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { outputsLast } from '../tensors/outputsLast.js';
import { statedStep } from '../tensors/statedStep.js';
import { checkpointOf, type StoredTensor } from '../tensors/storedTensors.js';
import { FlaxArrays } from './flaxArrays.js';
import { MsgpackReader, type MsgpackValue } from './msgpackValues.js';

export { looksLikeMsgpack } from './msgpackValues.js';

/** Of a train state: what Optax keeps beside the parameters. */
const optimiserState = /^(?:opt_state|optimizer)\//;

/** What a value holds that may hold tensors, with names. */
const childrenOf = (value: MsgpackValue): readonly (readonly [string, MsgpackValue])[] => {
  if (value.kind === 'map') return value.entries;
  return value.kind === 'array' ? value.items.map((item, i) => [String(i), item] as const) : [];
};

/** Tensors by their paths: `params/Dense_0/kernel`. @throws GeometryError `malformed-file`. */
const tensorsOf = async (source: FileByteSource, root: MsgpackValue): Promise<StoredTensor[]> => {
  const arrays = new FlaxArrays(source, source.name);
  const tensors = new Map<string, StoredTensor>();
  const visit = async (value: MsgpackValue, path: string): Promise<void> => {
    const tensor = await arrays.tensorOf(path, value);
    if (tensor !== undefined) {
      if (tensors.has(path)) throw malformed(source.name, `two arrays have the name ${quote(path)}`);
      tensors.set(path, outputsLast(ofOptimiser(tensor)));
      return;
    }
    for (const [key, child] of childrenOf(value)) await visit(child, path === '' ? key : `${path}/${key}`);
  };
  await visit(root, '');
  return [...tensors.values()];
};

const ofOptimiser = (tensor: StoredTensor): StoredTensor =>
  optimiserState.test(tensor.name) && tensor.unmeasured === undefined
    ? { ...tensor, unmeasured: { reason: 'state of the optimiser', isUsed: true, onRequest: true } }
    : tensor;

/** Where a train state stands: a plain number, or an array of one. */
const stepOf = async (root: MsgpackValue, tensors: readonly StoredTensor[]): Promise<number | undefined> => {
  const numbers = new Map<string, number>();
  for (const [key, value] of childrenOf(root)) if (value.kind === 'number') numbers.set(key, value.value);
  for (const tensor of tensors) {
    if (tensor.name.includes('/') || tensor.elements !== 1 || !tensor.readable) continue;
    const value = new Float64Array(1);
    await tensor.readElements(0, 1, value);
    numbers.set(tensor.name, value[0]!);
  }
  return statedStep((key) => numbers.get(key));
};

/**
 * Arrays of a msgpack file that Flax wrote (`flax.serialization.to_bytes`), whole or in parts, read where they lie:
 * of the file only what is around the values is walked, and no type of another program is interpreted.
 * @throws GeometryError `malformed-file`, `too-large`, `unsupported-format` without arrays.
 */
export const readMsgpack = async (source: FileByteSource): Promise<Checkpoint> => {
  if (source.size === 0) throw malformed(source.name, 'the file has 0 bytes');
  const root = await new MsgpackReader(source, source.name).whole();
  const tensors = await tensorsOf(source, root);
  if (tensors.length === 0) {
    throw unsupported(source.name, 'this msgpack file holds no arrays as Flax writes them');
  }
  const step = await stepOf(root, tensors);
  return checkpointOf({ format: 'msgpack', files: [source.file], tensors, step, sources: [source] });
};
