import { stat } from 'node:fs/promises';
import { GeometryError } from '../../contract/errors.js';
import type { Checkpoint } from './checkpoint.js';
import { fromSystemError, openFile } from './fileByteSource.js';
import { HEAD_BYTES, formatOf, formats } from './formats.js';

const readHead = async (path: string): Promise<{ head: Uint8Array; size: number }> => {
  const source = await openFile(path);
  try {
    return { head: await source.read(0, Math.min(HEAD_BYTES, source.size)), size: source.size };
  } finally {
    await source.close();
  }
};

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

const openCheckpointFile = async (path: string): Promise<Checkpoint> => {
  const { head, size } = await readHead(path);
  if (Buffer.from(head).toString('latin1').startsWith(LFS_POINTER)) {
    throw new GeometryError(
      'not-a-checkpoint',
      `${path}: this is a Git LFS pointer, not the weights; run "git lfs pull" to fetch them.`,
    );
  }
  const format = formatOf(path, head, size);
  if (format !== undefined) return format.open(path);
  const known = formats.map(({ name }) => name).join(', ');
  throw new GeometryError('not-a-checkpoint', `${path}: not a weight file of a known format (${known}).`);
};

/**
 * Opens one checkpoint. The format is chosen by content first and by ending second.
 * @throws GeometryError with the file and the reason in one sentence.
 */
export const openCheckpoint = async (path: string): Promise<Checkpoint> => {
  const stats = await stat(path).catch((thrown: unknown) => {
    throw fromSystemError(path, thrown);
  });
  if (stats.isDirectory()) throw new GeometryError('not-a-checkpoint', `${path}: this is a folder.`);
  return openCheckpointFile(path);
};
