import { createHash } from 'node:crypto';
import type { ReportAddition } from '../../../contract/report.js';
import { openFile } from '../../checkpoints/bytes/fileByteSource.js';
import type { Survey } from '../../series/survey.js';
import type { TaskStep } from '../../ground/work/tasks.js';

/** Series up to this many bytes are hashed for their provenance; larger ones would be read for that alone. */
const mostBytes = 1 << 30;
/** Bytes read at a time. */
const pieceBytes = 1 << 20;

/** SHA-256 of every file, where the series is small enough. */
export async function* fileDigests(
  survey: Survey,
  latest: () => readonly ReportCheckpoint[],
  emit: (addition: ReportAddition) => void,
): AsyncGenerator<TaskStep, void> {
  const bytes = survey.checkpoints.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > mostBytes) return;
  const checkpoints = latest();
  const piece = new Uint8Array(pieceBytes);
  for (const [i, checkpoint] of checkpoints.entries()) {
    const files = [];
    for (const file of checkpoint.files) files.push({ ...file, sha256: await sha256(file.path, piece) });
    emit({ checkpoints: [{ ...checkpoint, files }] });
    yield {
      fraction: (i + 1) / checkpoints.length,
      text: `Hashing: ${i + 1} of ${checkpoints.length} checkpoints`,
    };
  }
}

type ReportCheckpoint = NonNullable<ReportAddition['checkpoints']>[number];

const sha256 = async (path: string, piece: Uint8Array): Promise<string> => {
  const hash = createHash('sha256');
  const source = await openFile(path);
  try {
    for (let at = 0; at < source.size; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, source.size - at));
      await source.readInto(at, part);
      hash.update(part);
    }
  } finally {
    await source.close();
  }
  return hash.digest('hex');
};
