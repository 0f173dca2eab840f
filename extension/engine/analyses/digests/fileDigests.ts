import { basename } from 'node:path';
import type { ReportAddition, Warning } from '../../../contract/report.js';
import type { Survey } from '../../series/survey.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { sha256Of } from '../../../disk/digest.js';
import { fileBehind } from '../../../disk/fileIdentity.js';

/**
 * Series up to this many bytes are hashed for their provenance; larger ones would be read for the hash alone.
 */
const mostBytes = 1 << 30;

/**
 * SHA-256 of every file if the series is small enough, and warnings for files that repeat those of an earlier
 * checkpoint. A file under several paths is hashed once, and recognised as repeated in a large series too.
 */
export async function* fileDigests(
  survey: Pick<Survey, 'checkpoints'>,
  latest: () => readonly ReportCheckpoint[],
  emit: (addition: ReportAddition) => void,
): AsyncGenerator<TaskStep, void> {
  const behind = new Map<string, string>();
  const bytesOf = new Map<string, number>();
  for (const { path, bytes } of survey.checkpoints.flatMap(({ files }) => files)) {
    const file = await fileBehind(path);
    behind.set(path, file);
    bytesOf.set(file, bytes);
  }
  const isHashed = [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0) <= mostBytes;
  const digests = new Map<string, string>();
  const checkpoints = latest();
  const seen: ReportCheckpoint[] = [];
  const contentOf = ({ path, sha256 }: ReportFile): string => sha256 ?? behind.get(path) ?? path;
  for (const [i, checkpoint] of checkpoints.entries()) {
    const files: ReportFile[] = [];
    for (const file of checkpoint.files) {
      const own = behind.get(file.path) ?? file.path;
      if (isHashed && !digests.has(own)) digests.set(own, await sha256Of([file.path]));
      const sha256 = digests.get(own);
      files.push(sha256 === undefined ? file : { ...file, sha256 });
    }
    seen.push({ ...checkpoint, files });
    const warnings = repeatedFiles(seen, contentOf);
    if (isHashed) emit({ checkpoints: [seen.at(-1)!], warnings });
    else if (warnings.length > 0) emit({ warnings });
    yield {
      fraction: (i + 1) / checkpoints.length,
      text: `Hashing: ${i + 1} of ${checkpoints.length} checkpoints`,
    };
  }
}

/**
 * Files of the last checkpoint that are byte for byte those of an earlier one while its others differ: a shard
 * copied by mistake.
 */
const repeatedFiles = (
  checkpoints: readonly ReportCheckpoint[],
  contentOf: (file: ReportFile) => string,
): Warning[] => {
  const last = checkpoints.at(-1)!;
  if (last.duplicateOf !== undefined || last.files.length < 2) return [];
  return last.files.flatMap((file): Warning[] => {
    const content = contentOf(file);
    const original = checkpoints
      .slice(0, -1)
      .find(({ files }) => files.some((each) => each.path !== file.path && contentOf(each) === content));
    if (original === undefined) return [];
    const message = `The file ${basename(file.path)} of ${last.label} is byte for byte one of ${original.label}.`;
    return [{ code: 'duplicate-file', path: file.path, step: last.step, message }];
  });
};

type ReportCheckpoint = NonNullable<ReportAddition['checkpoints']>[number];
type ReportFile = ReportCheckpoint['files'][number];
