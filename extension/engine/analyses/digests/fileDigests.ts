import { basename } from 'node:path';
import type { ReportAddition, Warning } from '../../../contract/report.js';
import type { Survey } from '../../series/survey.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { sha256Of } from '../../../disk/digest.js';

/** Series up to this many bytes are hashed for their provenance; larger ones would be read for that alone. */
const mostBytes = 1 << 30;

/** SHA-256 of every file, where the series is small enough; files that repeat those of an earlier checkpoint are named. */
export async function* fileDigests(
  survey: Survey,
  latest: () => readonly ReportCheckpoint[],
  emit: (addition: ReportAddition) => void,
): AsyncGenerator<TaskStep, void> {
  const bytes = survey.checkpoints.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > mostBytes) return;
  const checkpoints = latest();
  const hashed: ReportCheckpoint[] = [];
  for (const [i, checkpoint] of checkpoints.entries()) {
    const files = [];
    for (const file of checkpoint.files) files.push({ ...file, sha256: await sha256Of([file.path]) });
    hashed.push({ ...checkpoint, files });
    emit({ checkpoints: [hashed.at(-1)!], warnings: repeatedFiles(hashed) });
    yield {
      fraction: (i + 1) / checkpoints.length,
      text: `Hashing: ${i + 1} of ${checkpoints.length} checkpoints`,
    };
  }
}

/** Files of the last checkpoint that an earlier one has byte for byte, where its others differ: a shard copied over. */
const repeatedFiles = (checkpoints: readonly ReportCheckpoint[]): Warning[] => {
  const last = checkpoints.at(-1)!;
  if (last.duplicateOf !== undefined || last.files.length < 2) return [];
  return last.files.flatMap(({ path, sha256 }): Warning[] => {
    const original = checkpoints
      .slice(0, -1)
      .find(({ files }) => files.some((file) => file.sha256 === sha256 && file.path !== path));
    if (original === undefined) return [];
    const message = `The file ${basename(path)} of ${last.label} is byte for byte one of ${original.label}.`;
    return [{ code: 'duplicate-file', path, step: last.step, message }];
  });
};

type ReportCheckpoint = NonNullable<ReportAddition['checkpoints']>[number];
