/**
 * Names come from untrusted files and folders. Printed raw, they could move the cursor, start new
 * lines, or display other letters than they contain (Trojan Source, CVE-2021-42574).
 */

/**
 * Invisible characters and those that control a terminal, by Unicode category: control and format
 * characters (direction marks and overrides, zero width, tags), line and paragraph separators, lone
 * surrogates.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** JSON and JavaScript escapes: `\u202e`; beyond 16 bits both halves. */
const escaped = (character: string): string =>
  shortEscapes[character] ??
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** The text with {@link hidden} characters escaped. */
export const escapeHidden = (text: string): string => text.replace(hidden, escaped);

/** Erases the current line: the one escape sequence that the command line itself sends. */
export const ERASE_LINE = '\r\u001b[K';

/**
 * Multi-line text for a terminal: line ends and {@link ERASE_LINE} stay, other hidden characters
 * are escaped.
 */
export const forTerminal = (text: string): string =>
  text
    .split(ERASE_LINE)
    .map((part) => part.split('\n').map(escapeHidden).join('\n'))
    .join(ERASE_LINE);

/** Shortens to `most` characters by cutting out the middle. Never splits a surrogate pair. */
export const shortened = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const tail = Math.floor(most / 3);
  const start = text.slice(0, most - tail - 1).replace(/[\ud800-\udbff]$/, '');
  const end = text.slice(text.length - tail).replace(/^[\udc00-\udfff]/, '');
  return `${start}…${end}`;
};

const LONGEST_NAME = 100;
/** Linux limits a path to 4,096 bytes; many sentences contain two paths. */
const LONGEST_WORD = 500;
const LONGEST_SENTENCE = 4_000;

/** A name for a cell of a table or a row of a list. */
export const printableName = (name: string): string => escapeHidden(shortened(name, LONGEST_NAME));

/** A sentence with names in it, for one line of a terminal, a log or a message. */
export const printableLine = (sentence: string): string => {
  const words = sentence.length > LONGEST_WORD ? sentence.replace(/\S{501,}/gu, cutWord) : sentence;
  return escapeHidden(shortened(words, LONGEST_SENTENCE));
};

const cutWord = (word: string): string => shortened(word, LONGEST_WORD);

/** A warning, or any object with a message, with the names in it escaped. */
export const printableMessage = <Told extends { readonly message: string }>(told: Told): Told => ({
  ...told,
  message: printableLine(told.message),
});
