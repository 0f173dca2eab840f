/** Characters of a path that is not in quotes, as in YAML and Markdown. */
const bare = /[^\s"'`<>|(){}[\],;=]+/g;
const quoted = /"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`/g;
/** Longer lines are data, not text that somebody reads. */
const longestLine = 10_000;

export interface TextSpan {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** A name in quotes without a folder or an ending in it: it may name a folder beside the document. */
  readonly isName: boolean;
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

/** The name of a folder: words of most texts are none, as they are not in quotes. */
const mayBeName = (text: string): boolean => /^[\w-][\w -]{0,98}[\w-]$/.test(text);

/** Something with a folder or an ending in it that is not an address of the web. */
const mayBePath = (text: string): boolean =>
  text.length > 2 && text.length < 1000 && /[\\/.]/.test(text) && !/^[a-z][\w+.-]+:\/\//i.test(text);
