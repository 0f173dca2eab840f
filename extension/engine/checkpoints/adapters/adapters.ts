import type { Warning } from '../../../contract/report.js';
import { quote } from '../bytes/fileErrors.js';
import { unread, type Checkpoint, type LowRankFactors, type TensorInfo } from '../tensors/checkpoint.js';
import { checkpointOf, readFrom, type StoredTensor } from '../tensors/storedTensors.js';
import { adapterScale, type AdapterConfig } from './adapterConfig.js';

/** One spelling of a low-rank pair: how the factors are called, and whether they are stored transposed (MLX). */
interface Spelling {
  readonly down: RegExp;
  /** The other factor's ending for a matched one. */
  readonly up: (down: string) => string;
  readonly alpha?: (down: string) => string;
  readonly isTransposed: boolean;
}

const spellings: readonly Spelling[] = [
  {
    // PEFT: `….q_proj.lora_A.weight`, with an adapter's name between in a full state dict; embeddings without `.weight`.
    down: /\.lora_(?:embedding_)?A(?:\.[\w-]+)?(?:\.weight)?$/,
    up: (name) =>
      name.replace(
        /\.lora_(embedding_)?A/,
        (_, embedding: string | undefined) => `.lora_${embedding ?? ''}B`,
      ),
    isTransposed: false,
  },
  {
    // MLX: `….q_proj.lora_a` [in, r], `lora_b` [r, out].
    down: /\.lora_a$/,
    up: (name) => name.replace(/\.lora_a$/, '.lora_b'),
    isTransposed: true,
  },
  {
    // diffusers and kohya: `….lora.down.weight`, `lora_unet_….lora_down.weight` with `.alpha`.
    down: /[._]lora[._]down\.weight$/,
    up: (name) => name.replace(/([._]lora[._])down\.weight$/, '$1up.weight'),
    alpha: (name) => name.replace(/[._]lora[._]down\.weight$/, '.alpha'),
    isTransposed: false,
  },
  {
    // Older diffusers: `….processor.to_q_lora.down.weight`.
    down: /_lora\.down\.weight$/,
    up: (name) => name.replace(/_lora\.down\.weight$/, '_lora.up.weight'),
    isTransposed: false,
  },
];

interface Pair {
  readonly module: string;
  /** B: outputs × rank. */
  readonly up: TensorInfo;
  /** A: rank × inputs. */
  readonly down: TensorInfo;
  readonly alpha: TensorInfo | undefined;
  readonly isTransposed: boolean;
  readonly rank: number;
  readonly rows: number;
  readonly columns: number;
}

const pairOf = (named: ReadonlyMap<string, TensorInfo>, info: TensorInfo): Pair | undefined => {
  for (const { down, up: upName, alpha, isTransposed } of spellings) {
    if (!down.test(info.name)) continue;
    const up = named.get(upName(info.name));
    if (up === undefined || info.shape.length < 2 || up.shape.length < 2 || !info.readable || !up.readable)
      return undefined;
    const [first = 0, ...rest] = info.shape;
    const inner = rest.reduce((product, size) => product * size, 1);
    const upInner = up.shape.slice(1).reduce((product, size) => product * size, 1);
    const [rank, columns] = isTransposed ? [inner, first] : [first, inner];
    const [rows, upRank] = isTransposed ? [upInner, up.shape[0]!] : [up.shape[0]!, upInner];
    if (rank !== upRank || rank === 0) return undefined;
    const module = info.name.replace(down, '').replace(/^base_model\.model\./, '');
    const alphaInfo = alpha === undefined ? undefined : named.get(alpha(info.name));
    return { module, up, down: info, alpha: alphaInfo, isTransposed, rank, rows, columns };
  }
  return undefined;
};

/** The factors of one pair, read once: they are thin. B as outputs × rank, A as rank × inputs, B scaled. */
const factorsOf = async (
  checkpoint: Checkpoint,
  { up, down, isTransposed, rank, rows, columns }: Pair,
): Promise<LowRankFactors> => {
  const [left, right] = await Promise.all([
    checkpoint.read(up.name, 0, up.elements),
    checkpoint.read(down.name, 0, down.elements),
  ]);
  if (!isTransposed) return { left, right };
  const transposed = (values: Float64Array, outer: number, inner: number): Float64Array =>
    Float64Array.from(values, (_, at) => values[(at % outer) * inner + Math.floor(at / outer)]!);
  return { left: transposed(left, rank, rows), right: transposed(right, columns, rank) };
};

const updateOf = (checkpoint: Checkpoint, pair: Pair, factor: number, formula: string): StoredTensor => {
  const { module, rank, rows, columns } = pair;
  let factors: Promise<LowRankFactors> | undefined;
  return {
    name: module,
    shape: [rows, columns],
    dtype: pair.down.dtype,
    elements: rows * columns,
    readable: true,
    computed: `(${formula})·B·A of rank ${rank}`,
    isUpdate: true,
    rank,
    async factors() {
      const { left, right } = await (factors ??= factorsOf(checkpoint, pair));
      return { left: left.map((value) => factor * value), right };
    },
    async readElements(start, length, into) {
      const { left, right } = await (factors ??= factorsOf(checkpoint, pair));
      into.fill(0, 0, length);
      // A row of the product at a time: the product itself is never held.
      for (let done = 0; done < length;) {
        const row = Math.floor((start + done) / columns);
        const column = (start + done) % columns;
        const count = Math.min(length - done, columns - column);
        for (let k = 0; k < rank; k++) {
          const weight = factor * left[row * rank + k]!;
          const from = k * columns + column;
          for (let i = 0; i < count; i++) into[done + i]! += weight * right[from + i]!;
        }
        done += count;
      }
    },
  };
};

/** Updates that are other functions of their factors than a product of two (LyCORIS, PEFT), by the names of the factors. */
const otherUpdates: readonly { readonly kind: string; readonly factor: RegExp }[] = [
  { kind: 'LoHa', factor: /\.hada_(?:w[12]_[ab]|t[12])(?:\.[\w-]+)?$/ },
  { kind: 'LoKr', factor: /\.lokr_(?:w[12](?:_[ab])?|t2)(?:\.[\w-]+)?$/ },
];

const otherUpdateOf = (name: string): string | undefined =>
  otherUpdates.find(({ factor }) => factor.test(name))?.kind;

/** Whether names of tensors say that some are factors of low-rank updates. */
export const hasAdapters = ({ tensors }: Checkpoint): boolean =>
  tensors.some(
    ({ name }) => /lora[._]?(?:a|down|embedding_a)/i.test(name) || otherUpdateOf(name) !== undefined,
  );

/** DoRA's magnitudes: the update of its weights needs those of the base model. */
const isMagnitude = (name: string): boolean =>
  /\.lora_magnitude_vector(?:\.[\w-]+)?(?:\.weight)?$|\.dora_scale$/.test(name);

const used = (info: TensorInfo, reason: string): TensorInfo => ({
  ...info,
  unmeasured: { reason, isUsed: true },
});

/**
 * An adapter as the updates of weights that it stands for, (α/r)·B·A, in the place of their factors; any other checkpoint
 * as it is. Factors are listed, and are not measured: they are defined up to an invertible matrix between them.
 */
export const withAdapters = async (
  checkpoint: Checkpoint,
  config: AdapterConfig | undefined,
): Promise<Checkpoint> => {
  const named = new Map(checkpoint.tensors.map((tensor) => [tensor.name, tensor]));
  const pairs = checkpoint.tensors.flatMap((tensor) => pairOf(named, tensor) ?? []);
  const others = checkpoint.tensors.filter(({ name }) => otherUpdateOf(name) !== undefined);
  if (pairs.length === 0 && others.length === 0) return checkpoint;
  const parts = new Map<string, TensorInfo>();
  for (const info of others) {
    const reason = `a factor of a ${otherUpdateOf(info.name)!} update, which is not computed`;
    parts.set(info.name, { ...info, unmeasured: unread(reason) });
  }
  const updates: StoredTensor[] = [];
  for (const pair of pairs) {
    const alpha = pair.alpha === undefined ? undefined : (await checkpoint.read(pair.alpha.name, 0, 1))[0];
    const { factor, formula } = adapterScale(config, pair.module, pair.rank, alpha);
    updates.push(updateOf(checkpoint, pair, factor, formula));
    for (const info of [pair.up, pair.down, ...(pair.alpha ? [pair.alpha] : [])])
      parts.set(info.name, used(info, `a factor of the update of ${pair.module}`));
  }
  const magnitudes = checkpoint.tensors.filter(({ name }) => isMagnitude(name));
  for (const info of magnitudes) parts.set(info.name, used(info, "DoRA's magnitudes"));
  const rest = checkpoint.tensors.map((info): StoredTensor => ({
    ...(parts.get(info.name) ?? info),
    readElements: readFrom(checkpoint, info.name),
  }));
  return checkpointOf({
    format: checkpoint.format,
    files: checkpoint.files,
    tensors: [...updates, ...rest],
    warnings: [...checkpoint.warnings, ...saidOf(checkpoint, pairs, config, magnitudes.length > 0)],
    step: checkpoint.step,
    sources: [checkpoint],
  });
};

const saidOf = (
  { files }: Checkpoint,
  pairs: readonly Pair[],
  config: AdapterConfig | undefined,
  isDora: boolean,
): Warning[] => {
  const path = files[0]?.path;
  const place = path === undefined ? {} : { path };
  const hasScale =
    pairs.length === 0 || config !== undefined || pairs.some(({ alpha }) => alpha !== undefined);
  return [
    ...(hasScale
      ? []
      : [
          {
            code: 'adapter-without-scale',
            message: `There is no adapter_config.json beside ${quote(path ?? 'the adapter')}: updates are B·A without their scale α/r.`,
            ...place,
          },
        ]),
    ...(isDora || config?.use_dora === true
      ? [
          {
            code: 'adapter-is-dora',
            message:
              "This adapter is a DoRA: (α/r)·B·A is the part before the magnitudes, which need the base model's weights.",
            ...place,
          },
        ]
      : []),
  ];
};
