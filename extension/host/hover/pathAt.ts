/** Characters of a path that is not in quotes, as in YAML and Markdown. */
const bare = /[^\s"'`<>|(){}[\],;=]+/g;
const quoted = /"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`/g;
/** Longer lines are data, not text that somebody reads. */
const longestLine = 10_000;

export interface TextSpan {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * What may be a path at a column of a line: the quoted string around it first, then the run of characters without
 * blanks or brackets.
 */
export function pathsAt(line: string, column: number): TextSpan[] {
  if (line.length > longestLine) return [];
  const spans: TextSpan[] = [];
  for (const match of line.matchAll(quoted)) {
    const text = match[1] ?? match[2] ?? match[3] ?? '';
    spans.push({ text, start: match.index + 1, end: match.index + 1 + text.length });
  }
  for (const match of line.matchAll(bare)) {
    // A sentence's full stop, YAML's colon after a key.
    const text = match[0].replace(/[.:,!?]+$/, '');
    spans.push({ text, start: match.index, end: match.index + text.length });
  }
  return spans.filter(({ text, start, end }) => start <= column && column <= end && mayBePath(text));
}

/** Something with a folder or an ending in it that is not an address of the web. */
const mayBePath = (text: string): boolean =>
  text.length > 2 && text.length < 1000 && /[\\/.]/.test(text) && !/^[a-z][\w+.-]+:\/\//i.test(text);
