/** A name and the file that it is in, as an index has them: `"layer.0.weight": "model-00001-of-00002.safetensors"`. */
const entry = /"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"/g;
/** An index may be written in one line: this much of it on either side is read. */
const reach = 2000;

export interface IndexedTensor {
  readonly name: string;
  readonly shard: string;
  /** Of the name with its quotes, in the line. */
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

/** The text of a JSON string. @throws SyntaxError where it is none. */
const text = (escaped: string): string => JSON.parse(`"${escaped}"`) as string;
