import type { Warning } from '../../../contract/report.js';
import type { Checkpoint, TensorInfo } from '../tensors/checkpoint.js';
import { quote } from '../bytes/fileErrors.js';
import { joinedTensor, type TensorPart } from '../tensors/joinedTensor.js';
import { checkpointOf, closeAll, readFrom, type StoredTensor } from '../tensors/storedTensors.js';

/** One rank's tensor of a name. */
export interface RankTensor {
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

export const partOf = ({ checkpoint, info }: RankTensor, offsets: readonly number[]): TensorPart => ({
  offsets,
  sizes: info.shape,
  read: async (start, length, into) => {
    await checkpoint.read(info.name, start, length, into);
  },
});

/** Parts one after the other along an axis; undefined where their other sizes differ. */
const joinAlong = (axis: number, ranks: readonly RankTensor[]): StoredTensor | undefined => {
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
  readElements: readFrom(checkpoint, info.name),
});

/** What the ranks' tensors of one name are: one tensor in parts, the same on every rank, or something else. */
export type Joined = StoredTensor | 'alike' | 'apart';

/** Numbers compared at either end of a tensor. */
const SAMPLE = 2048;

/** Whether tensors of one name hold the same values, as far as both their ends show, and whether these vary. */
const compareEnds = async (own: readonly RankTensor[]): Promise<{ equal: boolean; constant: boolean }> => {
  const { shape, elements } = own[0]!.info;
  const isComparable = own.every(({ info }) => info.readable && info.shape.join() === shape.join());
  if (!isComparable) return { equal: !own.some(({ info }) => info.readable), constant: false };
  const length = Math.min(SAMPLE, elements);
  const ends = await Promise.all(
    own.map(async ({ checkpoint, info }) => [
      ...(await checkpoint.read(info.name, 0, length)),
      ...(await checkpoint.read(info.name, elements - length, length)),
    ]),
  );
  const [first, ...others] = ends;
  return {
    equal: others.every((values) => values.every((value, i) => Object.is(value, first![i]))),
    constant: ends.flat().every((value) => Object.is(value, first![0])),
  };
};

/** Tensors that no rule splits: the same on every rank, which their values show, or parts of an unknown kind. */
export const joinByNothing = async (own: readonly RankTensor[]): Promise<Joined> =>
  own.length === 1 || (await compareEnds(own)).equal ? 'alike' : 'apart';

/**
 * The ranks' tensors of one name by Megatron's rule. A name that the rule splits while its values are the same on every
 * rank is not split (keys and values that have fewer heads than there are ranks); one that it does not know and whose
 * values differ stays in parts.
 */
export const joinByMegatron = async (own: readonly RankTensor[], count: number): Promise<Joined> => {
  const axis = megatronAxis(own[0]!.info);
  if (axis === undefined || own.length < count) return joinByNothing(own);
  if (!own.some(({ info }) => info.readable)) return 'alike';
  const { equal, constant } = await compareEnds(own);
  if (equal && !constant) return 'alike';
  return joinAlong(axis, own) ?? 'apart';
};

/** Ranks as one checkpoint, see {@link joinOpened}; a failure closes them. */
export const joinRanks = async (...args: Parameters<typeof joinOpened>): Promise<Checkpoint> => {
  try {
    return await joinOpened(...args);
  } catch (thrown) {
    await closeAll(args[0]);
    throw thrown;
  }
};

/**
 * Ranks as one checkpoint, with every tensor that any of them holds.
 * @param place the ranks' place, for messages.
 * @param join what the tensors of one name are together, given those of the ranks that hold one and the number of ranks.
 */
const joinOpened = async (
  ranks: readonly Checkpoint[],
  place: string,
  join: (own: readonly RankTensor[], count: number) => Promise<Joined> | Joined,
): Promise<Checkpoint> => {
  const holders = new Map<string, (RankTensor & { readonly rank: number })[]>();
  for (const [rank, checkpoint] of ranks.entries()) {
    for (const info of checkpoint.tensors) {
      const own = holders.get(info.name) ?? [];
      own.push({ checkpoint, info, rank });
      holders.set(info.name, own);
    }
  }
  const parts: string[] = [];
  const tensors: StoredTensor[] = [];
  for (const [name, own] of holders) {
    const joined = ranks.length === 1 ? 'alike' : await join(own, ranks.length);
    if (joined === 'alike') tensors.push(passed(own[0]!));
    else if (joined !== 'apart') tensors.push(joined);
    else {
      parts.push(name);
      for (const part of own) tensors.push({ ...passed(part), name: `${name} [rank ${part.rank}]` });
    }
  }
  const named = parts.slice(0, 3).map(quote).join(', ') + (parts.length > 3 ? ' and more' : '');
  const subject = parts.length === 1 ? 'One tensor differs' : `${parts.length} tensors differ`;
  const apart: Warning[] =
    parts.length === 0
      ? []
      : [
          {
            code: 'local-shard',
            message: `${place}: ${subject} between ranks in a way that no known rule joins, so each rank's part is shown by itself: ${named}.`,
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
const megatronAxis = ({ name }: TensorInfo): number | undefined =>
  splits.find(({ pattern }) => pattern.test(name))?.axis;
