/**
 * Names come out of files and folders that anybody may have made. Printed as they are, they could move the cursor,
 * begin lines of their own, or show other letters than they have (Trojan Source, CVE-2021-42574).
 */

/**
 * What a reader does not see or what steers a terminal, by Unicode's categories: control and format characters (marks
 * and overrides of direction, zero width, tags), line and paragraph separators, halves of surrogate pairs.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** As JSON and JavaScript write them: `\u202e`; beyond 16 bits both halves. */
const escaped = (character: string): string =>
  shortEscapes[character] ??
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** The text with {@link hidden} characters written out. */
export const escapeHidden = (text: string): string => text.replace(hidden, escaped);

/** Erases the line under the cursor: the one sequence that the command line sends to a terminal itself. */
export const ERASE_LINE = '\r\u001b[K';

/** Text of several lines for a terminal: line ends and {@link ERASE_LINE} stay, all else that is hidden is written out. */
export const forTerminal = (text: string): string =>
  text
    .split(ERASE_LINE)
    .map((part) => part.split('\n').map(escapeHidden).join('\n'))
    .join(ERASE_LINE);

/** Cuts the middle out of what is longer than `most` characters, and never a pair of surrogates. */
export const shortened = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const tail = Math.floor(most / 3);
  const start = text.slice(0, most - tail - 1).replace(/[\ud800-\udbff]$/, '');
  const end = text.slice(text.length - tail).replace(/^[\udc00-\udfff]/, '');
  return `${start}…${end}`;
};

const LONGEST_NAME = 100;
/** A path has 4,096 bytes at most on Linux, and many a sentence two of its names. */
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

/** A warning, or whatever else has a message, with the names in it escaped. */
export const printableMessage = <Told extends { readonly message: string }>(told: Told): Told => ({
  ...told,
  message: printableLine(told.message),
});
