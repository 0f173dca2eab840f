import type { Warning } from '../../contract/report.js';
import { grouped } from '../ground/work/grouped.js';

/** What a warning says, whichever file it says it of. */
const saying = ({ code, message, path, tensor }: Warning): string =>
  [code, tensor ?? '', path === undefined ? message : message.replaceAll(path, '')].join('\n');

/**
 * Warnings of the checkpoints of a series, each once: what is said of several files is said of the first, with the number
 * of the others.
 */
export const foldRepeated = (warnings: readonly Warning[]): Warning[] =>
  [...grouped(warnings, saying).values()].map((same) => {
    const [first] = same as [Warning];
    const others = same.length - 1;
    if (others === 0) return first;
    const checkpoints = others === 1 ? '1 more checkpoint' : `${others} more checkpoints`;
    return { ...first, message: `${first.message} The same holds for ${checkpoints}.` };
  });
