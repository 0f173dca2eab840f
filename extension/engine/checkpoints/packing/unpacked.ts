import type { Warning } from '../../../contract/report.js';
import { quote } from '../bytes/fileErrors.js';
import { unread, type Checkpoint, type TensorInfo } from '../tensors/checkpoint.js';
import { checkpointOf, readFrom, type StoredTensor } from '../tensors/storedTensors.js';
import { fourBitFloats } from './fourBitFloats.js';
import type { Finding, NamedTensors, Packing, PackingConfig, ReadTensor } from './namedTensors.js';
import { packedWeights } from './packedWeights.js';
import { scaledWeights } from './scaledWeights.js';

/** The surest first: what an earlier one speaks of is not looked at again. */
const packings: readonly Packing[] = [packedWeights, fourBitFloats, scaledWeights];

/** Types that codes are stored in: a checkpoint without one holds no packed weights. */
const codeTypes = /^(?:float[48]|u?int(?:8|16|32)$)/;

const findingsOf = (tensors: NamedTensors, config: PackingConfig): Map<string, Finding> => {
  const findings = new Map<string, Finding>();
  for (const { find } of packings) {
    for (const finding of find(tensors, new Set(findings.keys()), config)) {
      if (!findings.has(finding.tensor)) findings.set(finding.tensor, finding);
    }
  }
  return findings;
};

/** Types that weights are coded in, of matrices: no counter and no index has them. */
const isCode = ({ dtype, shape }: TensorInfo): boolean =>
  /^u?int(?:4|8|16|32)$/.test(dtype) && shape.filter((size) => size > 1).length > 1;

/** DeepSpeed's ZeRO-3 leaves empty tensors in the model's file. */
const ZERO_3 =
  'empty, as under ZeRO-3, which keeps the values in the files of the optimizer: run zero_to_fp32.py in the checkpoint';

const isEmptyFloat = ({ dtype, elements }: TensorInfo): boolean => elements === 0 && /^b?float/.test(dtype);

/** Why a tensor of plain numbers is not measured: integers are indices, counters or codes without a scale. */
const plainReason = (tensor: TensorInfo, isZero3: boolean): TensorInfo['unmeasured'] => {
  if (isEmptyFloat(tensor)) return isZero3 ? unread(ZERO_3) : { reason: 'empty', isUsed: true };
  const { dtype, readable, computed, unmeasured } = tensor;
  if (unmeasured !== undefined || computed !== undefined) return unmeasured;
  if (!readable) return { reason: 'values of this type are not read', isUsed: false };
  if (isCode(tensor)) return { reason: 'whole numbers without a scale that is known', isUsed: false };
  if (/^u?int|^bool/.test(dtype))
    return { reason: 'whole numbers, which are no weights by themselves', isUsed: true };
  return undefined;
};

/** Tensors that are one rank's part of a larger one. */
const localParts = (tensors: readonly TensorInfo[]): Warning[] => {
  const parts = tensors.filter(
    ({ shape, shard }) => shard !== undefined && shard.shape.some((size, axis) => size !== shape[axis]),
  );
  const [first] = parts;
  if (first?.shard === undefined) return [];
  const more = parts.length > 1 ? ` and ${parts.length - 1} more are` : ' is';
  const message =
    `${quote(first.name)}${more} the local part of a DTensor (${first.shard.placements}): ` +
    `[${first.shape.join(', ')}] of [${first.shard.shape.join(', ')}]; files of other ranks hold the rest.`;
  return [{ code: 'local-shard', message, tensor: first.name }];
};

/**
 * A checkpoint whose weights are the numbers that the model computes with: codes that lie beside their scales are
 * multiplied by them, scales are no weights of their own, and codes that are not decoded are named as such.
 */
export const unpacked = (checkpoint: Checkpoint, config: PackingConfig = {}): Checkpoint => {
  const { tensors } = checkpoint;
  const holdsCodes = tensors.some(({ dtype }) => codeTypes.test(dtype));
  const floats = tensors.filter(({ dtype }) => /^b?float/.test(dtype));
  const isZero3 = floats.length > 0 && 2 * floats.filter(isEmptyFloat).length > floats.length;
  const isPlain = (tensor: TensorInfo): boolean =>
    tensor.shard === undefined && plainReason(tensor, isZero3) === tensor.unmeasured;
  if (!holdsCodes && tensors.every(isPlain)) return checkpoint;
  const findings = holdsCodes
    ? findingsOf(new Map(tensors.map((tensor) => [tensor.name, tensor])), config)
    : new Map<string, Finding>();
  const read: ReadTensor = (...range) => checkpoint.read(...range);
  const stored = tensors.map((tensor): StoredTensor => {
    const finding = findings.get(tensor.name);
    const own = finding?.computed?.(read);
    if (own !== undefined) return { ...own.info, readElements: own.readElements };
    const unmeasured = finding?.unmeasured ?? plainReason(tensor, isZero3);
    return {
      ...tensor,
      ...(unmeasured === undefined ? {} : { unmeasured }),
      readElements: readFrom(checkpoint, tensor.name),
    };
  });
  const whole = checkpointOf({
    format: checkpoint.format,
    files: checkpoint.files,
    tensors: stored,
    warnings: [...checkpoint.warnings, ...localParts(tensors)],
    step: checkpoint.step,
    sources: [checkpoint],
  });
  const run = checkpoint.run?.map(({ open, ...state }) => ({
    ...state,
    open: async () => unpacked(await open(), config),
  }));
  return run === undefined ? whole : { ...whole, run };
};
