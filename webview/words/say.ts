import type { StringKey } from '../strings.js';
import { integer, number, setNumberLocale } from './numbers.js';

export type { StringKey };

/** Keys of plural texts without their category. */
export type PluralKey = StringKey extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
type Values = Readonly<Record<string, string | number>>;

let english: Readonly<Record<string, string>> = {};
let bundle: Readonly<Record<string, string>> = {};
/** The language whose plural rules apply. */
let grammar = 'en';

/** The host's language: translations (by English text) and the locale of numbers. */
export function speak(language: {
  readonly locale: string;
  readonly strings: Readonly<Record<string, string>>;
}): void {
  bundle = language.strings;
  // Without a translation the sentences are English and follow English grammar.
  grammar = Object.values(english).some((sentence) => Object.hasOwn(bundle, sentence))
    ? language.locale
    : 'en';
  setNumberLocale(language.locale);
}

export const say = (key: StringKey, values: Values = {}): string => fill(english[key] ?? key, values);

/** `n` chooses the plural form; `values` fill the braces as in {@link say}. */
export function sayCount(key: PluralKey, n: number, values: Values): string {
  const chosen = `${key}.${new Intl.PluralRules(grammar).select(n)}`;
  return fill(english[chosen] ?? english[`${key}.other`] ?? key, values);
}

/** Sets the texts that {@link say} chooses from. */
export function setTexts(texts: Readonly<Record<string, string>>): void {
  english = texts;
}

/** Numbers in a sentence are formatted as on axes and in tables. */
const fill = (text: string, values: Values): string =>
  (bundle[text] ?? text).replaceAll(/\{(\w+)\}/g, (place, name: string) => shown(values[name] ?? place));

const shown = (value: string | number): string =>
  typeof value === 'string' ? value : Number.isInteger(value) ? integer(value) : number(value);
