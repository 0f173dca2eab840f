import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { openAll } from '../../../extension/engine/checkpoints/sharded/shardedCheckpoint.js';
import { joinByMegatron, joinRanks } from '../../../extension/engine/checkpoints/sharded/tensorParallel.js';
import {
  expectHarmless,
  mutateAndOpen,
  mutationCount,
  structuralMutators,
  textMutator,
} from './mutations.js';

/** Small integers of a pickle: coordinates, axes, sizes. */
const integers = ['K\0', 'K\x01', 'K\x07', 'K\xff', 'J\xff\xff\xff\xff'];
const folder = resolve(import.meta.dirname, '../../fixtures/ranks');
const fixture = (place: string): Promise<Buffer> => readFile(resolve(folder, place));

/** The sound files of the other ranks, by the names that put them into one set with the damaged one. */
const others = async (
  ranks: readonly number[],
  from: (rank: number) => string,
  name: (rank: number) => string,
): Promise<Record<string, Buffer>> =>
  Object.fromEntries(
    await Promise.all(ranks.map(async (rank) => [name(rank), await fixture(from(rank))] as const)),
  );

it('DTensors of several ranks hold against a mutated file among sound ones', async () => {
  const from = (rank: number): string => `dtensor/grid/model_world_size_4_rank_${rank}.pt`;
  const beside = await others([1, 2, 3], from, (rank) => `mutant_world_size_4_rank_${rank}.pt`);
  const open = (path: string) => openCheckpoint(dirname(path));
  const mutators = [
    ...structuralMutators(2200),
    textMutator(/_coordinate_on_dim|placements|mesh|Shard|Replicate|dim|_local_tensor|_spec/g, [
      '_coordinate_on_dim',
      'Replicate',
      'dim',
      'x',
    ]),
    textMutator(/K[\s\S]/g, integers),
  ];
  const format = { ending: '_world_size_4_rank_0.pt', open, beside };
  const figures = await mutateAndOpen(format, [await fixture(from(0))], mutators, mutationCount);
  expectHarmless('dtensor ranks', figures);
}, 900_000);

it('tensor-parallel ranks hold against a mutated file beside a sound one', async () => {
  const from = (rank: number): string => `deepspeed/global_step100/mp_rank_0${rank}_model_states.pt`;
  const open = async (path: string) =>
    joinRanks(await openAll([path, resolve(folder, from(1))], openCheckpoint), path, joinByMegatron);
  const mutators = [
    ...structuralMutators(2500),
    textMutator(/linear_qkv|linear_proj|odd_proj|gate_proj|router/g, ['linear_qkv', 'odd_proj', '', 'w1']),
    textMutator(/K[\s\S]/g, integers),
  ];
  const seeds = [await fixture(from(0))];
  const figures = await mutateAndOpen({ ending: '.pt', open }, seeds, mutators, mutationCount);
  expectHarmless('tensor-parallel ranks', figures);
}, 900_000);
