import type { ReportAddition } from '../../../contract/report.js';
import type { Survey } from '../../series/survey.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { sha256Of } from '../../../disk/digest.js';

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
    for (const file of checkpoint.files) files.push({ ...file, sha256: await sha256Of([file.path]) });
    emit({ checkpoints: [{ ...checkpoint, files }] });
    yield {
      fraction: (i + 1) / checkpoints.length,
      text: `Hashing: ${i + 1} of ${checkpoints.length} checkpoints`,
    };
  }
}

type ReportCheckpoint = NonNullable<ReportAddition['checkpoints']>[number];
