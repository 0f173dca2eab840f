import { dirname } from 'node:path';
import { isShardIndex } from '../../../contract/weightFormats.js';
import type { Warning } from '../../../contract/report.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { containedPath } from '../bytes/containedPath.js';
import { openFile } from '../bytes/fileByteSource.js';
import { malformed, notFound, quote, tooLarge, unsafe } from '../bytes/fileErrors.js';
import { openAll, shardedCheckpoint } from './shardedCheckpoint.js';
import { closeAll, withSource } from '../tensors/storedTensors.js';
import { JsonError, parseStrictJson, type JsonValue } from '../bytes/strictJson.js';

/** A million tensors with long names; larger is not an index. */
const MOST_INDEX_BYTES = 128 * 2 ** 20;

/** `model.safetensors.index.json`, `pytorch_model.bin.index.json` and their variants. */
export const isIndexName = isShardIndex;

/** Shard file → tensors, in the order of the index. */
type ShardMap = ReadonlyMap<string, ReadonlySet<string>>;

const parseIndex = (path: string, bytes: Uint8Array): JsonValue => {
  try {
    return parseStrictJson(bytes);
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    throw malformed(path, `the index is not valid JSON (${thrown.message})`, thrown);
  }
};

const readShardMap = async (path: string): Promise<ShardMap> => {
  const bytes = await withSource(await openFile(path), async (source) => {
    if (source.size > MOST_INDEX_BYTES)
      throw tooLarge(path, `${source.size} bytes are too many for an index`);
    const read = await source.read(0, source.size);
    await source.close();
    return read;
  });
  const index = parseIndex(path, bytes);
  const weightMap = index instanceof Map ? index.get('weight_map') : undefined;
  if (!(weightMap instanceof Map)) throw malformed(path, 'the index has no "weight_map"');
  const shards = new Map<string, Set<string>>();
  for (const [tensor, shard] of weightMap) {
    if (typeof shard !== 'string')
      throw malformed(path, `the index names no file for tensor ${quote(tensor)}`);
    const tensors = shards.get(shard) ?? new Set();
    shards.set(shard, tensors.add(tensor));
  }
  if (shards.size === 0) throw malformed(path, 'the index lists no tensor');
  return shards;
};

const list = (names: readonly string[]): string => {
  const shown = names.slice(0, 3).map(quote).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
};

/** Every shard's place. Leaving the folder refuses the whole set; what else is wrong is named with it. */
const locateShards = async (
  path: string,
  shards: ShardMap,
): Promise<{ present: Map<string, string>; missing: string[] }> => {
  const present = new Map<string, string>();
  const missing: string[] = [];
  const outside: string[] = [];
  for (const name of shards.keys()) {
    const place = await containedPath(dirname(path), name);
    if (place.kind === 'inside') present.set(name, place.path);
    else (place.kind === 'missing' ? missing : outside).push(name);
  }
  const plural = missing.length > 1 ? 'shards are' : 'shard is';
  const absent = missing.length > 0 ? `the ${plural} missing: ${list(missing)}` : '';
  if (outside.length > 0) {
    const also = absent === '' ? '' : `; ${absent}`;
    throw unsafe(
      path,
      `the index names a shard outside its folder, which is not opened: ${list(outside)}${also}`,
    );
  }
  if (present.size === 0) throw notFound(path, absent);
  return { present, missing };
};

const missingShards = (path: string, shards: ShardMap, missing: readonly string[]): Warning[] =>
  missing.map((name) => ({
    code: 'missing-shard',
    path,
    message: `The shard ${quote(name)} is missing, and with it ${shards.get(name)?.size ?? 0} tensors.`,
  }));

const differences = (
  path: string,
  name: string,
  listed: ReadonlySet<string>,
  shard: Checkpoint,
): Warning[] => {
  const held = new Set(shard.tensors.map((tensor) => tensor.name));
  const absent = [...listed].filter((tensor) => !held.has(tensor));
  const unlisted = [...held].filter((tensor) => !listed.has(tensor));
  return [
    ...absent.map((tensor) => ({
      code: 'missing-tensor',
      path,
      tensor,
      message: `The index says that tensor ${quote(tensor)} is in ${quote(name)}, but it is not there.`,
    })),
    ...(unlisted.length === 0
      ? []
      : [
          {
            code: 'unlisted-tensor',
            path,
            message: `${quote(name)} holds tensors that the index does not place there; they are left out: ${list(unlisted)}.`,
          },
        ]),
  ];
};

/**
 * A checkpoint that an index file splits over several shards (transformers, "Sharded checkpoints"): `weight_map`
 * says which file holds which tensor. Missing shards and tensors are warnings as long as something can be read.
 * @param openShard opens one shard by its content.
 * @throws GeometryError `unsafe-file` for a shard outside the index's folder, `not-found` if no shard is there,
 * `malformed-file` for an index that is none or that shares no tensor with its shards.
 */
export const openHuggingFaceIndex = async (
  path: string,
  openShard: (path: string) => Promise<Checkpoint>,
): Promise<Checkpoint> => {
  const shards = await readShardMap(path);
  const { present, missing } = await locateShards(path, shards);
  const names = [...present.keys()];
  const opened = await openAll([...present.values()], openShard);
  const warnings = missingShards(path, shards, missing);
  for (const [i, name] of names.entries()) {
    for (const warning of differences(path, name, shards.get(name)!, opened[i]!)) warnings.push(warning);
  }
  const whole = shardedCheckpoint(
    names.map((name, i) => ({ checkpoint: opened[i]!, owns: (tensor) => shards.get(name)!.has(tensor) })),
    warnings,
  );
  if (whole.tensors.length > 0) return whole;
  await closeAll(opened);
  throw malformed(path, 'none of the tensors that the index lists is in its shard');
};
