import { forTerminal } from '../contract/printable.js';

/** What fits into a conversation beside its other parts. */
const MOST = 16_000;

/**
 * A result of at most so many characters, cut between lines, with what hides or steers written out. Says how many lines
 * are missing, and how to see them.
 */
export const limited = (text: string, more: string, most = MOST): string => {
  const safe = forTerminal(text).trimEnd();
  if (safe.length <= most) return safe;
  const lines = safe.split('\n');
  let length = 0;
  const kept = lines.findIndex((line) => (length += line.length + 1) > most);
  return `${lines.slice(0, kept).join('\n')}\n\n${lines.length - kept} more lines are left out. ${more}`;
};
