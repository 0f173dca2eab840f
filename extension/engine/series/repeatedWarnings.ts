import type { Warning } from '../../contract/report.js';
import { grouped } from '../ground/work/grouped.js';

/** A warning's text without its file. */
const saying = ({ code, message, path, tensor }: Warning): string =>
  [code, tensor ?? '', path === undefined ? message : message.replaceAll(path, '')].join('\n');

/** Merges equal warnings of a series' checkpoints: the first file's warning gets the number of the others. */
export const foldRepeated = (warnings: readonly Warning[]): Warning[] =>
  [...grouped(warnings, saying).values()].map((same) => {
    const [first] = same as [Warning];
    const others = same.length - 1;
    if (others === 0) return first;
    const checkpoints = others === 1 ? '1 more checkpoint' : `${others} more checkpoints`;
    return { ...first, message: `${first.message} The same holds for ${checkpoints}.` };
  });
