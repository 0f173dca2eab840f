import { PickleFault } from './pickleFault.js';

/** The characters that Python's one-letter escapes stand for, as codes. */
const singleEscapes: Readonly<Record<string, number>> = {
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};

/**
 * The bytes of a Python string literal's inside, `\x6f` and `\157` resolved, one character for each byte (CPython,
 * `_PyBytes_DecodeEscape`). An escape that Python does not know stays as it is.
 * @throws PickleFault for `\x` without two hexadecimal digits, on which Python fails too.
 */
export const unescapeString = (text: string): string =>
  text.replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|[^])/g, (escape, body: string) => {
    if (/^[0-7]/.test(body)) return String.fromCharCode(parseInt(body, 8) & 0xff);
    if (body.length === 3) return String.fromCharCode(parseInt(body.slice(1), 16));
    if (body === 'x') throw new PickleFault('a string has a broken escape');
    if (body === '\n') return '';
    return Object.hasOwn(singleEscapes, body) ? String.fromCharCode(singleEscapes[body]!) : escape;
  });

/**
 * A line in Python's raw-unicode-escape: `\u006f` and `\U0000006f` are characters, every other backslash is itself.
 * @throws PickleFault for `\u` without its digits and for characters beyond Unicode, on which Python fails too.
 */
export const unescapeUnicode = (text: string): string =>
  text.replace(/\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|[^])/g, (escape, short?: string, long?: string) => {
    if (!/^\\u/i.test(escape)) return escape;
    const digits = short ?? long;
    const code = digits === undefined ? NaN : parseInt(digits, 16);
    if (!(code <= 0x10ffff)) throw new PickleFault('a string has a broken escape');
    return String.fromCodePoint(code);
  });

/**
 * An integer as Python's `int(text, base)` reads it: a sign, underscores between digits; with base 0 hexadecimal, octal
 * and binary too and, as C's `strtol` does, octal after a plain zero. Undefined where it is none.
 */
export const pythonInteger = (text: string, base: 0 | 10): bigint | undefined => {
  const [, sign, body] = /^\s*([+-]?)([\da-fox]+(?:_[\da-f]+)*)\s*$/i.exec(text) ?? [];
  if (body === undefined) return undefined;
  const digits = body.replaceAll('_', '').toLowerCase();
  const isOctal = base === 0 && /^0[0-7]+$/.test(digits);
  const literal = isOctal ? `0o${digits.slice(1)}` : digits;
  const form = base === 0 ? /^(\d+|0x[\da-f]+|0o[0-7]+|0b[01]+)$/ : /^\d+$/;
  if (!form.test(literal)) return undefined;
  return sign === '-' ? -BigInt(literal) : BigInt(literal);
};
