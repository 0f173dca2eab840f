import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Warning } from '../../../contract/report.js';
import { isModelRank } from './fileSets.js';
import { isRankFile, isRankFolder } from './megatronFolder.js';

/**
 * The warning for the file of one tensor-parallel rank that is opened by itself although files of other
 * ranks lie beside it.
 */
export const loneRank = async (path: string): Promise<Warning[]> => {
  const isInFolder = isRankFile(path);
  if (!isInFolder && !isModelRank(basename(path))) return [];
  const [isRank, whole] = isInFolder ? [isRankFolder, dirname(dirname(path))] : [isModelRank, dirname(path)];
  const ranks = (await readdir(whole).catch((): string[] => [])).filter(isRank).length;
  if (ranks < 2) return [];
  const message = `${path}: this is the part of one of ${ranks} ranks, so that its matrices may be cut; open ${whole} for the whole model.`;
  return [{ code: 'local-shard', path, message }];
};
