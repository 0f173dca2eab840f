import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { checkpointOf, closeAll, readFrom, type StoredTensor } from '../tensors/storedTensors.js';
import { openAll } from './shardedCheckpoint.js';
import { joinByMegatron, joinByNothing, joinRanks } from './tensorParallel.js';

const rankFolder = /^mp_rank_(?<tensor>\d{2,3})(?<stage>_\d{3})?(?<expert>_\d{3})?$/;
const rankFiles = ['model_optim_rng.pt', 'model_rng.pt'];

/** Whether a folder's name is that of one rank of Megatron-LM: `mp_rank_00`, `mp_rank_01_003`. */
export const isRankFolder = (name: string): boolean => rankFolder.test(name);

/**
 * The files of a checkpoint of Megatron-LM, `mp_rank_00/model_optim_rng.pt` and on, out of the names of the folders in its
 * folder; relative to it.
 */
export const megatronFiles = async (folder: string, folders: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(
    folders.filter(isRankFolder).map(async (name) => {
      const names = await readdir(join(folder, name)).catch((): string[] => []);
      const file = rankFiles.find((own) => names.includes(own));
      return file === undefined ? [] : [join(name, file)];
    }),
  );
  return found.flat().sort();
};

/** Whether a path is one of {@link megatronFiles}: the weights of a rank lie in a file that is named like an optimizer's. */
export const isRankFile = (path: string): boolean =>
  rankFiles.includes(basename(path)) && isRankFolder(basename(dirname(path)));

const layerNumber = /(?<=(?:^|\.)layers\.)\d+(?=\.)/;

/** How many layers a stage holds, by its names. */
const layersIn = ({ tensors }: Checkpoint): number =>
  tensors.reduce((most, { name }) => Math.max(most, Number(layerNumber.exec(name)?.[0] ?? -1) + 1), 0);

/** A stage of a pipeline counts its layers from 0: those of the stages before it come first. */
const renumbered = (stage: Checkpoint, before: number): Checkpoint => {
  const nameOf = (name: string): string =>
    name.replace(layerNumber, (number) => String(Number(number) + before));
  return checkpointOf({
    format: stage.format,
    files: stage.files,
    warnings: stage.warnings,
    step: stage.step,
    sources: [stage],
    tensors: stage.tensors.map((info): StoredTensor => {
      return {
        ...info,
        name: nameOf(info.name),
        readElements: readFrom(stage, info.name),
      };
    }),
  });
};

/** Stages hold other names outside of their layers: the first the embedding, the last the output. */
const areStages = (groups: readonly Checkpoint[]): boolean => {
  const outside = groups.map(({ tensors }) =>
    tensors
      .map(({ name }) => name)
      .filter((name) => !layerNumber.test(name))
      .sort()
      .join(),
  );
  return new Set(outside).size > 1;
};

/**
 * A checkpoint of Megatron-LM with a folder for each rank: tensor-parallel ranks joined by {@link joinByMegatron}, stages
 * of a pipeline one after the other, experts of several ranks shown by rank.
 * @throws GeometryError as the reader of the files does.
 */
export const openMegatronFolder = async (
  paths: readonly string[],
  openFile: (path: string) => Promise<Checkpoint>,
): Promise<Checkpoint> => {
  const folder = dirname(dirname(paths[0]!));
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const parts = rankFolder.exec(dirname(path).slice(folder.length + 1))?.groups;
    const group = `${parts?.['stage'] ?? ''}${parts?.['expert'] ?? ''}`;
    groups.set(group, [...(groups.get(group) ?? []), path]);
  }
  const opened: Checkpoint[] = [];
  try {
    for (const [group, files] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const place = group === '' ? folder : `${folder}, mp_rank_*${group}`;
      opened.push(await joinRanks(await openAll(files, openFile), place, joinByMegatron));
    }
    if (opened.length === 1) return opened[0]!;
    const isPipeline = areStages(opened);
    let before = 0;
    const stages = opened.map((stage) => {
      const own = isPipeline ? renumbered(stage, before) : stage;
      before += layersIn(stage);
      return own;
    });
    return await joinRanks(stages, folder, joinByNothing);
  } catch (thrown) {
    await closeAll(opened);
    throw thrown;
  }
};
