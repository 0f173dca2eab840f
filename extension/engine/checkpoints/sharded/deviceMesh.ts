import { fills, joinedTensor } from '../tensors/joinedTensor.js';
import { partOf, type Joined, type RankTensor } from './tensorParallel.js';

interface Box {
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * The box of a distributed tensor that a place of the mesh holds: each dimension of the mesh in turn cuts what the ones
 * before it have left into pieces of equal size, the last ones smaller or empty (torch.chunk). Undefined for placements
 * that are no cuts and no copies.
 */
const boxOf = (
  shape: readonly number[],
  placements: readonly string[],
  coordinate: readonly number[],
  mesh: readonly number[],
): Box | undefined => {
  const offsets = shape.map(() => 0);
  const sizes = [...shape];
  for (const [dimension, placement] of placements.entries()) {
    if (placement === 'Replicate') continue;
    const axis = Number(/^Shard\(dim=(\d+)\)$/.exec(placement)?.[1] ?? -1);
    const size = sizes[axis];
    if (size === undefined) return undefined;
    const chunk = Math.ceil(size / mesh[dimension]!);
    const start = Math.min(coordinate[dimension]! * chunk, size);
    offsets[axis]! += start;
    sizes[axis] = Math.min(chunk, size - start);
  }
  return { offsets, sizes };
};

/**
 * The local parts of a DTensor (torch.distributed.tensor) over the ranks of its mesh as one tensor. A rank's place in the
 * mesh is what its file states, else its number on a mesh of one dimension.
 * @param ranks the number of each rank that has the tensor, in the order of `own`.
 * @param size the number of all ranks.
 */
export const joinOverMesh = (own: readonly RankTensor[], ranks: readonly number[], size: number): Joined => {
  const shard = own[0]!.info.shard;
  if (shard === undefined) return 'apart';
  const placements = shard.placements.split(', ');
  const coordinates = own.map(({ info }, i) => info.shard?.coordinate ?? [ranks[i]!]);
  if (coordinates.some(({ length }) => length !== placements.length)) return 'apart';
  const isStated = own.every(({ info }) => info.shard?.coordinate !== undefined);
  const mesh = placements.map((_, dimension) =>
    isStated ? Math.max(...coordinates.map((place) => place[dimension]!)) + 1 : size,
  );
  const { name, dtype, computed } = own[0]!.info;
  const boxes = new Map<string, ReturnType<typeof partOf>>();
  for (const [i, rank] of own.entries()) {
    const { info } = rank;
    const box = boxOf(shard.shape, placements, coordinates[i]!, mesh);
    const isAsStated =
      box !== undefined &&
      info.readable &&
      info.dtype === dtype &&
      info.shard?.placements === shard.placements &&
      info.shard.shape.join() === shard.shape.join() &&
      info.shape.join() === box.sizes.join();
    if (!isAsStated) return 'apart';
    // Replicas hold the same box.
    if (!boxes.has(box.offsets.join()) && info.elements > 0)
      boxes.set(box.offsets.join(), partOf(rank, box.offsets));
  }
  const parts = [...boxes.values()];
  if (!fills(shard.shape, parts)) return 'apart';
  const elements = shard.shape.reduce((product, length) => product * length, 1);
  const whole = { name, shape: shard.shape, dtype, elements, readable: true };
  return joinedTensor({ ...whole, ...(computed === undefined ? {} : { computed }) }, parts);
};
