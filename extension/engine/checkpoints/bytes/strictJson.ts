/**
 * JSON as file headers need it: objects are Maps, so `__proto__` is a name like any other, and a key that appears
 * twice is an error instead of a silent choice (RFC 8259 section 4 leaves it open; two readers must not disagree).
 */
export type JsonValue = string | number | boolean | null | JsonValue[] | Map<string, JsonValue>;

export class JsonError extends Error {
  override readonly name = 'JsonError';
}

const DEEPEST = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

// Sticky expressions: each matches at `lastIndex` or not at all.
const space = /[ \t\n\r]*/y;
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literals: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** @throws JsonError for anything that is not exactly one JSON value with distinct keys. */
export const parseStrictJson = (text: string): JsonValue => {
  let at = 0;

  const fail = (reason: string): never => {
    throw new JsonError(`${reason} at character ${at}`);
  };
  const match = (token: RegExp): string | undefined => {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const accept = (character: string): boolean => {
    match(space);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const expect = (character: string): void => {
    if (!accept(character)) fail(`"${character}" expected`);
  };

  // By hand, since a regular expression's stack overflows on a string of many megabytes.
  const parseString = (): string => {
    if (!accept('"')) fail('a string expected');
    const from = at - 1;
    let escaped = false;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
      // Past the end the code is NaN, which is no character either.
      if (!(code >= FIRST_PRINTABLE)) fail('a string that does not end');
      if (code !== BACKSLASH) continue;
      escaped = true;
      at++;
    }
    at++;
    return escaped ? unescape(text.slice(from, at)) : text.slice(from + 1, at - 1);
  };

  const unescape = (literal: string): string => {
    try {
      return JSON.parse(literal) as string;
    } catch {
      return fail('a string with an escape that does not exist');
    }
  };

  const parseObject = (depth: number): Map<string, JsonValue> => {
    const object = new Map<string, JsonValue>();
    if (accept('}')) return object;
    do {
      const key = parseString();
      if (object.has(key)) fail(`the key ${JSON.stringify(key.slice(0, 80))} appears twice,`);
      expect(':');
      object.set(key, parseValue(depth + 1));
    } while (accept(','));
    expect('}');
    return object;
  };

  const parseArray = (depth: number): JsonValue[] => {
    const array: JsonValue[] = [];
    if (accept(']')) return array;
    do array.push(parseValue(depth + 1));
    while (accept(','));
    expect(']');
    return array;
  };

  const parseValue = (depth: number): JsonValue => {
    if (depth > DEEPEST) fail('nesting too deep');
    if (accept('{')) return parseObject(depth);
    if (accept('[')) return parseArray(depth);
    if (text[at] === '"') return parseString();
    const literal = literals.find(([word]) => text.startsWith(word, at));
    if (literal !== undefined) {
      at += literal[0].length;
      return literal[1];
    }
    return Number(match(numberToken) ?? fail('a value expected'));
  };

  const value = parseValue(0);
  match(space);
  if (at < text.length) fail('something follows the value');
  return value;
};
