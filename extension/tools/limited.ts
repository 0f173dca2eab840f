import { forTerminal } from '../contract/printable.js';

/** Size limit of a tool's result in a conversation. */
const MOST = 16_000;

/**
 * Limits a result to this many characters, cut between lines, with hidden and control characters escaped. Says
 * how many lines are missing and how to see them.
 */
export const limited = (text: string, more: string, most = MOST): string => {
  const safe = forTerminal(text).trimEnd();
  if (safe.length <= most) return safe;
  const lines = safe.split('\n');
  let length = 0;
  const kept = lines.findIndex((line) => (length += line.length + 1) > most);
  return `${lines.slice(0, kept).join('\n')}\n\n${lines.length - kept} more lines are left out. ${more}`;
};
