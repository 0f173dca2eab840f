import { basename, dirname } from 'node:path';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { checkpointOf, closeAll, readFrom, type StoredTensor } from '../tensors/storedTensors.js';
import { openNumberedShards, shardSetOf } from './numberedShards.js';
import { openAll } from './shardedCheckpoint.js';
import { joinOverMesh } from './deviceMesh.js';
import { joinByMegatron, joinByNothing, joinRanks } from './tensorParallel.js';

type OpenFile = (path: string) => Promise<Checkpoint>;

/** Files of one folder that are a checkpoint together. */
interface FileSet {
  /** The set that a file's name puts it into; undefined if into none. */
  readonly setOf: (name: string) => string | undefined;
  readonly open: (paths: readonly string[], openFile: OpenFile) => Promise<Checkpoint>;
}

const layerFile = /^layer_(?<layer>\d+)-model_(?<rank>\d+)-model_states\.pt$/;
const rankFile = /^(?<stem>.*?)_?world_size_(?<size>\d+)_rank_(?<rank>\d+)\.(?<ending>pt|pth|bin)$/;
const modelRank = /^mp_rank_(?<rank>\d+)_model_states\.pt$/;

/** DeepSpeed's file of one tensor-parallel rank: `mp_rank_00_model_states.pt`. */
export const isModelRank = (name: string): boolean => modelRank.test(name);

const numberIn = (pattern: RegExp, path: string, group: string): number =>
  Number(pattern.exec(basename(path))?.groups?.[group] ?? 0);

const byNumber = (paths: readonly string[], pattern: RegExp, group: string): string[] =>
  [...paths].sort((a, b) => numberIn(pattern, a, group) - numberIn(pattern, b, group));

/** GPT-NeoX: a file for each layer and tensor-parallel rank; names are those of its `sequential` container. */
const openLayers: FileSet['open'] = async (paths, openFile) => {
  const layers = new Map<number, string[]>();
  for (const path of byNumber(paths, layerFile, 'layer')) {
    const layer = numberIn(layerFile, path, 'layer');
    layers.set(layer, [...(layers.get(layer) ?? []), path]);
  }
  const opened: Checkpoint[] = [];
  try {
    const tensors: StoredTensor[] = [];
    for (const [layer, files] of layers) {
      const ranks = await openAll(byNumber(files, layerFile, 'rank'), openFile);
      const joined = await joinRanks(ranks, dirname(paths[0]!), joinByMegatron);
      opened.push(joined);
      for (const info of joined.tensors) {
        tensors.push({
          ...info,
          name: `sequential.${layer}.${info.name}`,
          readElements: readFrom(joined, info.name),
        });
      }
    }
    return checkpointOf({
      format: 'pytorch-layers',
      files: opened.flatMap(({ files }) => files),
      tensors,
      warnings: opened.flatMap(({ warnings }) => warnings),
      step: opened.find(({ step }) => step !== undefined)?.step,
      sources: opened,
    });
  } catch (thrown) {
    await closeAll(opened);
    throw thrown;
  }
};

/**
 * Local parts of DTensors over the ranks that are there. Where these do not make up the whole, the first rank's part
 * stands for it, which the checkpoint says.
 */
const openRanks: FileSet['open'] = async (paths, openFile) => {
  const ordered = byNumber(paths, rankFile, 'rank');
  const size = numberIn(rankFile, ordered[0]!, 'size');
  const ranks = await openAll(ordered, openFile);
  return joinRanks(ranks, dirname(paths[0]!), (own) => {
    if (own[0]!.info.shard === undefined) return joinByNothing(own);
    const numbers = own.map(({ checkpoint }) =>
      numberIn(rankFile, ordered[ranks.indexOf(checkpoint)]!, 'rank'),
    );
    const joined = joinOverMesh(own, numbers, size);
    return joined === 'apart' && ranks.length < size ? 'alike' : joined;
  });
};

const openModelRanks: FileSet['open'] = async (paths, openFile) =>
  joinRanks(await openAll(byNumber(paths, modelRank, 'rank'), openFile), dirname(paths[0]!), joinByMegatron);

/** The first that a name belongs to. */
const fileSets: readonly FileSet[] = [
  { setOf: shardSetOf, open: openNumberedShards },
  { setOf: (name) => (layerFile.test(name) ? 'layer-?-model_states.pt' : undefined), open: openLayers },
  {
    setOf: (name) => {
      const parts = rankFile.exec(name)?.groups;
      return parts && `${parts['stem']! || 'model'}_world_size_${parts['size']!}_rank_?.${parts['ending']!}`;
    },
    open: openRanks,
  },
  { setOf: (name) => (modelRank.test(name) ? 'mp_rank_?_model_states.pt' : undefined), open: openModelRanks },
];

/** The name of the set that a file is in, the same for all files of a set; undefined for a file by itself. */
export const fileSetOf = (name: string): string | undefined =>
  fileSets.map(({ setOf }) => setOf(name)).find((set) => set !== undefined);

/** Opens the files of one set. @throws GeometryError as their reader does. */
export const openFileSet = (paths: readonly string[], openFile: OpenFile): Promise<Checkpoint> =>
  fileSets.find(({ setOf }) => setOf(basename(paths[0]!)) !== undefined)!.open(paths, openFile);

/** GPT-NeoX keeps the state of the training beside the files of layers, under a name that holds weights elsewhere. */
export const besideLayers = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.some((name) => layerFile.test(name)) ? names.filter((name) => modelRank.test(name)) : []);
