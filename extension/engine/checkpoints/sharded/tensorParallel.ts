import type { Warning } from '../../../contract/report.js';
import type { Checkpoint, TensorInfo } from '../tensors/checkpoint.js';
import { quote } from '../bytes/fileErrors.js';
import { joinedTensor, type TensorPart } from '../tensors/joinedTensor.js';
import { checkpointOf, type StoredTensor } from '../tensors/storedTensors.js';

/** One rank's tensors, in the order of ranks. */
interface RankTensor {
  readonly checkpoint: Checkpoint;
  readonly info: TensorInfo;
}

/**
 * How Megatron and GPT-NeoX split tensors among tensor-parallel ranks (Shoeybi et al. 2019, section 3): matrices that
 * widen along their rows, those that narrow along their columns, everything else is the same on every rank.
 */
const splits: readonly { readonly pattern: RegExp; readonly axis: number }[] = [
  {
    pattern:
      /(?:query_key_value|dense_h_to_4h|linear_qkv|linear_fc1|w1|w3|gate_proj|up_proj)\.(?:weight|bias)$/,
    axis: 0,
  },
  { pattern: /(?:word_embeddings|final_linear|output_layer|lm_head|embed_tokens)\.weight$/, axis: 0 },
  {
    pattern: /(?:attention\.dense|dense_4h_to_h|linear_proj|linear_fc2|o_proj|down_proj|w2)\.weight$/,
    axis: 1,
  },
];

const partOf = ({ checkpoint, info }: RankTensor, offsets: readonly number[]): TensorPart => ({
  offsets,
  sizes: info.shape,
  read: async (start, length, into) => {
    await checkpoint.read(info.name, start, length, into);
  },
});

/** Parts one after the other along an axis; undefined where their other sizes differ. */
export const joinAlong = (axis: number, ranks: readonly RankTensor[]): StoredTensor | undefined => {
  const { info } = ranks[0]!;
  const rest = (shape: readonly number[]): string => shape.filter((_, i) => i !== axis).join('×');
  const isAlike = ranks.every(
    (rank) =>
      rank.info.readable &&
      rank.info.shape.length === info.shape.length &&
      axis < info.shape.length &&
      rank.info.dtype === info.dtype &&
      rest(rank.info.shape) === rest(info.shape),
  );
  if (!isAlike) return undefined;
  let at = 0;
  const parts = ranks.map((rank) => {
    const offsets = info.shape.map((_, i) => (i === axis ? at : 0));
    at += rank.info.shape[axis]!;
    return partOf(rank, offsets);
  });
  const shape = info.shape.map((size, i) => (i === axis ? at : size));
  const elements = shape.reduce((product, size) => product * size, 1);
  const { name, dtype, readable, computed } = info;
  const whole = { name, shape, dtype, elements, readable, ...(computed === undefined ? {} : { computed }) };
  return joinedTensor(whole, parts);
};

const passed = ({ checkpoint, info }: RankTensor): StoredTensor => ({
  ...info,
  readElements: async (start, length, into) => {
    await checkpoint.read(info.name, start, length, into);
  },
});

/**
 * Ranks as one checkpoint. `axisOf` says along which axis the ranks' tensors of a name lie one after the other;
 * undefined: they are the same on every rank.
 */
export const joinRanks = (
  ranks: readonly Checkpoint[],
  path: string,
  axisOf: (tensor: TensorInfo) => number | undefined,
): Checkpoint => {
  const parts: string[] = [];
  const tensors = ranks[0]!.tensors.map((info): StoredTensor => {
    const own = ranks.flatMap((checkpoint): RankTensor[] => {
      const found = checkpoint.tensors.find(({ name }) => name === info.name);
      return found === undefined ? [] : [{ checkpoint, info: found }];
    });
    const axis = axisOf(info);
    if (axis === undefined || ranks.length === 1) return passed(own[0]!);
    const joined = own.length === ranks.length ? joinAlong(axis, own) : undefined;
    if (joined === undefined) parts.push(info.name);
    return joined ?? passed(own[0]!);
  });
  const named = parts.slice(0, 3).map(quote).join(', ') + (parts.length > 3 ? ' and more' : '');
  const apart: Warning[] =
    parts.length === 0
      ? []
      : [
          {
            code: 'local-shard',
            path,
            message: `${path}: ${parts.length} tensors cannot be joined over ${ranks.length} ranks and are the first rank's part: ${named}.`,
          },
        ];
  return checkpointOf({
    format: `${ranks[0]!.format}-sharded`,
    files: ranks.flatMap(({ files }) => files),
    tensors,
    warnings: [...ranks.flatMap(({ warnings }) => warnings), ...apart],
    step: ranks.find(({ step }) => step !== undefined)?.step,
    sources: ranks,
  });
};

/** Megatron's rule for a tensor's name. */
export const megatronAxis = ({ name }: TensorInfo): number | undefined =>
  splits.find(({ pattern }) => pattern.test(name))?.axis;
