import { isUtf8 } from 'node:buffer';

/**
 * JSON as file headers need it: objects are Maps, so `__proto__` is a name like any other, and a key that appears
 * twice is an error instead of a silent choice (RFC 8259 section 4 leaves it open; two readers must not disagree).
 */
export type JsonValue = string | number | boolean | null | JsonValue[] | Map<string, JsonValue>;

export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** Takes one member of the outermost object; false where it has the key already. */
export type TakeMember = (key: string, value: JsonValue) => boolean;

const DEEPEST = 64;
const [QUOTE, BACKSLASH, FIRST_PRINTABLE, FIRST_NOT_ASCII] = [0x22, 0x5c, 0x20, 0x80];
const [SPACE, TAB, NEWLINE, RETURN] = [0x20, 0x09, 0x0a, 0x0d];
const [ZERO, NINE] = [0x30, 0x39];
/** Digits that make an exact number by adding up. */
const MOST_DIGITS = 15;

const numberToken = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
/** No number of a header is longer. */
const LONGEST_NUMBER = 400;
const literals: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/**
 * Works on the bytes, of which there may be a hundred million: no text of them all is made.
 * @throws JsonError for anything that is not exactly one JSON value in UTF-8 with distinct keys.
 */
export const parseStrictJson = (bytes: Uint8Array): JsonValue => parse(bytes);

/**
 * Gives the members of a JSON object to `take`, one after the other, and keeps none; false where the JSON is no object.
 * @throws JsonError as {@link parseStrictJson}.
 */
export const eachStrictMember = (bytes: Uint8Array, take: TakeMember): boolean =>
  parse(bytes, take) instanceof Map;

const parse = (input: Uint8Array, take?: TakeMember): JsonValue => {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  // A byte order mark is no part of the text.
  let at = bytes.toString('latin1', 0, 3) === '\u00ef\u00bb\u00bf' ? 3 : 0;

  const fail = (reason: string): never => {
    throw new JsonError(`${reason} at byte ${at}`);
  };
  const skipSpace = (): void => {
    for (let byte = bytes[at]; byte === SPACE || byte === NEWLINE || byte === TAB || byte === RETURN;) {
      byte = bytes[++at];
    }
  };
  const accept = (character: string): boolean => {
    skipSpace();
    if (bytes[at] !== character.charCodeAt(0)) return false;
    at++;
    return true;
  };
  const expect = (character: string): void => {
    if (!accept(character)) fail(`"${character}" expected`);
  };

  const parseString = (): string => {
    if (!accept('"')) fail('a string expected');
    const from = at - 1;
    let [escaped, ascii] = [false, true];
    for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[++at]!) {
      // Past the end there is no byte.
      if (!(byte >= FIRST_PRINTABLE)) fail('a string that does not end');
      if (byte >= FIRST_NOT_ASCII) ascii = false;
      if (byte !== BACKSLASH) continue;
      escaped = true;
      at++;
    }
    at++;
    if (escaped) return unescape(bytes.toString('utf8', from, at));
    return bytes.toString(ascii ? 'latin1' : 'utf8', from + 1, at - 1);
  };

  const unescape = (literal: string): string => {
    try {
      return JSON.parse(literal) as string;
    } catch {
      return fail('a string with an escape that does not exist');
    }
  };

  const parseObject = (depth: number, into?: TakeMember): Map<string, JsonValue> => {
    const object = new Map<string, JsonValue>();
    const put = (key: string, value: JsonValue): boolean =>
      !object.has(key) && object.set(key, value).size > 0;
    const give = into ?? put;
    if (accept('}')) return object;
    do {
      const key = parseString();
      const after = at;
      expect(':');
      if (give(key, parseValue(depth + 1))) continue;
      at = after;
      fail(`the key ${JSON.stringify(key.slice(0, 80))} appears twice,`);
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

  const parseNumber = (): number => {
    const from = at;
    let value = 0;
    let byte = bytes[at]!;
    for (; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) value = 10 * value + byte - ZERO;
    const isPlain = at > from && at - from <= MOST_DIGITS && (bytes[from] !== ZERO || at === from + 1);
    if (isPlain && byte !== 0x2e && byte !== 0x65 && byte !== 0x45) return value;
    at = from;
    const text = numberToken.exec(bytes.toString('latin1', at, at + LONGEST_NUMBER))?.[0];
    if (text === undefined) return fail('a value expected');
    at += text.length;
    return Number(text);
  };

  const parseValue = (depth: number, into?: TakeMember): JsonValue => {
    if (depth > DEEPEST) fail('nesting too deep');
    if (accept('{')) return parseObject(depth, into);
    if (accept('[')) return parseArray(depth);
    const byte = bytes[at];
    if (byte === QUOTE) return parseString();
    if (byte === undefined || !(byte >= ZERO && byte <= NINE)) {
      for (const [word, value] of literals) {
        if (bytes.toString('latin1', at, at + word.length) !== word) continue;
        at += word.length;
        return value;
      }
    }
    return parseNumber();
  };

  if (!isUtf8(bytes)) throw new JsonError('not UTF-8');
  const value = parseValue(0, take);
  skipSpace();
  if (at < bytes.length) fail('something follows the value');
  return value;
};
