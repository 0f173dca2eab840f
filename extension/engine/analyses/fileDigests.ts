import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ReportAddition } from '../../contract/report.js';
import type { Survey } from '../series/survey.js';
import type { TaskStep } from '../ground/work/tasks.js';

/** Series up to this many bytes are hashed for their provenance; larger ones would be read for that alone. */
const mostBytes = 1 << 30;

/** SHA-256 of every file, where the series is small enough. */
export async function* fileDigests(
  survey: Survey,
  latest: () => readonly ReportCheckpoint[],
  emit: (addition: ReportAddition) => void,
): AsyncGenerator<TaskStep, void> {
  const bytes = survey.checkpoints.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > mostBytes) return;
  const checkpoints = latest();
  for (const [i, checkpoint] of checkpoints.entries()) {
    const files = [];
    for (const file of checkpoint.files) files.push({ ...file, sha256: await sha256(file.path) });
    emit({ checkpoints: [{ ...checkpoint, files }] });
    yield {
      fraction: (i + 1) / checkpoints.length,
      text: `Hashing: ${i + 1} of ${checkpoints.length} checkpoints`,
    };
  }
}

type ReportCheckpoint = NonNullable<ReportAddition['checkpoints']>[number];

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
};
