import { basename, dirname } from 'node:path';
import type { Warning } from '../../../contract/report.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { malformed, quote } from '../bytes/fileErrors.js';
import { openAll, shardedCheckpoint } from './shardedCheckpoint.js';
import { closeAll } from '../tensors/storedTensors.js';

const numbered = /^(?<stem>.+)-(?<number>\d{5})-of-(?<total>\d{5})(?<ending>\.[a-z]+)$/i;

/** The set that a shard's name puts it into, for example `model-?-of-00002.safetensors`; undefined if not a shard. */
export const shardSetOf = (name: string): string | undefined => {
  const parts = numbered.exec(name)?.groups;
  return parts && `${parts['stem']!}-?-of-${parts['total']!}${parts['ending']!}`;
};

const missingNumbers = (paths: readonly string[]): Warning[] => {
  const found = new Set(paths.map((path) => Number(numbered.exec(basename(path))?.groups?.['number'])));
  const total = Number(numbered.exec(basename(paths[0]!))?.groups?.['total']);
  const missing = Array.from({ length: total }, (_, i) => i + 1).filter((number) => !found.has(number));
  if (missing.length === 0) return [];
  const shown = missing.slice(0, 5).join(', ') + (missing.length > 5 ? ', …' : '');
  const message = `Of ${total} shards ${missing.length} are missing: number ${shown}.`;
  return [{ code: 'missing-shard', path: dirname(paths[0]!), message }];
};

/**
 * Shards that are numbered by name (`…-00001-of-00003.gguf`) and have no index.
 * @throws GeometryError `malformed-file` for a tensor that two shards hold.
 */
export const openNumberedShards = async (
  paths: readonly string[],
  openShard: (path: string) => Promise<Checkpoint>,
): Promise<Checkpoint> => {
  const opened = await openAll(paths, openShard);
  const seen = new Set<string>();
  for (const [i, { tensors }] of opened.entries()) {
    const twice = tensors.find(({ name }) => seen.has(name));
    if (twice !== undefined) {
      await closeAll(opened);
      throw malformed(paths[i]!, `tensor ${quote(twice.name)} is in another shard too`);
    }
    tensors.forEach(({ name }) => seen.add(name));
  }
  const shards = opened.map((checkpoint) => ({ checkpoint, owns: () => true }));
  return shardedCheckpoint(shards, missingNumbers(paths));
};
