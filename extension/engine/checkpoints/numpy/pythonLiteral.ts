/** What a `.npy` header holds: tuples and lists both become arrays, dictionaries become Maps. */
export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | Map<string, PythonLiteral>;

export class LiteralError extends Error {
  override readonly name = 'LiteralError';
}

const DEEPEST = 16;

const space = /\s*/y;
// Python 2 wrote long integers with an L.
const integer = /(-?\d{1,20})L?(?![\w.])/y;
const word = /[A-Za-z]+/y;
const quoted = /'([^'\\\n]{0,65536})'|"([^"\\\n]{0,65536})"/y;

const words: ReadonlyMap<string, PythonLiteral> = new Map<string, PythonLiteral>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

/**
 * The subset of Python's literals that NumPy writes into headers; nothing is evaluated.
 * @throws LiteralError for anything else.
 */
export const parsePythonLiteral = (text: string): PythonLiteral => {
  let at = 0;

  const fail = (reason: string): never => {
    throw new LiteralError(`${reason} at character ${at}`);
  };
  const match = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };
  const accept = (character: string): boolean => {
    match(space);
    if (text[at] !== character) return false;
    at++;
    return true;
  };

  const parseItems = (end: string, parseItem: () => void): void => {
    while (!accept(end)) {
      parseItem();
      if (accept(',')) continue;
      if (!accept(end)) fail(`"${end}" expected`);
      return;
    }
  };

  const parseDictionary = (depth: number): Map<string, PythonLiteral> => {
    const dictionary = new Map<string, PythonLiteral>();
    parseItems('}', () => {
      const key = parse(depth + 1);
      if (typeof key !== 'string') return fail('a string expected as key');
      if (dictionary.has(key)) fail('a key that appears twice,');
      if (!accept(':')) fail('":" expected');
      dictionary.set(key, parse(depth + 1));
    });
    return dictionary;
  };

  const parse = (depth: number): PythonLiteral => {
    if (depth > DEEPEST) fail('nesting too deep');
    if (accept('{')) return parseDictionary(depth);
    const end = closing[text[at] ?? ''];
    if (end !== undefined) {
      at++;
      const items: PythonLiteral[] = [];
      parseItems(end, () => items.push(parse(depth + 1)));
      return items;
    }
    const string = match(quoted);
    if (string !== null) return string[1] ?? string[2] ?? '';
    const number = match(integer);
    if (number !== null) return Number(number[1]);
    return words.get(match(word)?.[0] ?? '') ?? fail('a value expected');
  };

  const value = parse(0);
  match(space);
  if (at < text.length) fail('something follows the value');
  return value;
};
