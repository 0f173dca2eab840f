/**
 * A tensor's name and its file, as an index writes them: `"layer.0.weight":
 * "model-00001-of-00002.safetensors"`.
 */
const entry = /"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"/g;
/** An index may be a single line: this many characters on either side are read. */
const reach = 2000;

export interface IndexedTensor {
  readonly name: string;
  readonly shard: string;
  /** Columns of the quoted name in the line. */
  readonly start: number;
  readonly end: number;
}

/** The tensor whose name is at a column of a line of an index; the rest of the index is not read. */
export function tensorAt(line: string, column: number): IndexedTensor | undefined {
  const from = Math.max(0, column - reach);
  for (const match of line.slice(from, column + reach).matchAll(entry)) {
    const [, name = '', shard = ''] = match;
    const start = from + match.index;
    const end = start + name.length + 2;
    if (start > column) return undefined;
    if (column > end) continue;
    try {
      return { name: text(name), shard: text(shard), start, end };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/**
 * The text of a JSON string.
 * @throws SyntaxError if it is not one.
 */
const text = (escaped: string): string => JSON.parse(`"${escaped}"`) as string;
