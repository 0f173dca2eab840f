import type { Warning } from '../../../contract/report.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { closeAll, checkpointOf, readFrom, type StoredTensor } from '../tensors/storedTensors.js';

/** One file of a sharded checkpoint, and which of its tensors belong to the whole. */
export interface Shard {
  readonly checkpoint: Checkpoint;
  readonly owns: (tensor: string) => boolean;
}

const tensorsOf = ({ checkpoint, owns }: Shard): StoredTensor[] =>
  checkpoint.tensors
    .filter(({ name }) => owns(name))
    .map((info) => ({
      ...info,
      readElements: readFrom(checkpoint, info.name),
    }));

/** Several opened files as one checkpoint; the caller sees to it that no tensor is owned twice. */
export const shardedCheckpoint = (shards: readonly Shard[], warnings: readonly Warning[]): Checkpoint => {
  const checkpoints = shards.map(({ checkpoint }) => checkpoint);
  return checkpointOf({
    format: `${checkpoints[0]?.format ?? 'empty'}-sharded`,
    files: checkpoints.flatMap(({ files }) => files),
    tensors: shards.flatMap(tensorsOf),
    warnings: [...warnings, ...checkpoints.flatMap((checkpoint) => checkpoint.warnings)],
    step: checkpoints.find(({ step }) => step !== undefined)?.step,
    sources: checkpoints,
  });
};

/** Opens all or none: a failure closes those already open. */
export const openAll = async (
  paths: readonly string[],
  open: (path: string) => Promise<Checkpoint>,
): Promise<Checkpoint[]> => {
  const opened: Checkpoint[] = [];
  try {
    for (const path of paths) opened.push(await open(path));
    return opened;
  } catch (thrown) {
    await closeAll(opened);
    throw thrown;
  }
};
