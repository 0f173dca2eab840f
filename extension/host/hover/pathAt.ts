/** Characters of an unquoted path, as in YAML and Markdown. */
const bare = /[^\s"'`<>|(){}[\],;=]+/g;
const quoted = /"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`/g;
/** Longer lines are data, not readable text. */
const longestLine = 10_000;

export interface TextSpan {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** A quoted name without a folder or an extension: it may name a folder beside the document. */
  readonly isName: boolean;
}

/**
 * The candidate path at a column of a line: the quoted string around it, otherwise the run of characters
 * without blanks or brackets.
 */
export function pathsAt(line: string, column: number): TextSpan[] {
  if (line.length > longestLine) return [];
  const spans: TextSpan[] = [];
  for (const match of line.matchAll(quoted)) {
    const text = match[1] ?? match[2] ?? match[3] ?? '';
    const isName = mayBeName(text);
    if (isName || mayBePath(text))
      spans.push({ text, start: match.index + 1, end: match.index + 1 + text.length, isName });
  }
  for (const match of line.matchAll(bare)) {
    // A sentence's full stop, YAML's colon after a key.
    const text = match[0].replace(/[.:,!?]+$/, '');
    if (mayBePath(text))
      spans.push({ text, start: match.index, end: match.index + text.length, isName: false });
  }
  return spans.filter(({ start, end }) => start <= column && column <= end);
}

/** The name of a folder. Must be quoted: plain words are not paths. */
const mayBeName = (text: string): boolean => /^[\w-][\w -]{0,98}[\w-]$/.test(text);

/** Something with a folder or an extension that is not a web address. */
const mayBePath = (text: string): boolean =>
  text.length > 2 && text.length < 1000 && /[\\/.]/.test(text) && !/^[a-z][\w+.-]+:\/\//i.test(text);
