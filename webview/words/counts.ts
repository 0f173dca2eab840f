import { sayCount, type PluralKey } from './say.js';
import { integer } from './numbers.js';

type Noun = PluralKey extends infer K ? (K extends `count.${infer Name}` ? Name : never) : never;

/** A number with its noun in the right form: 1 matrix, 2 matrices. */
export const counted = (n: number, noun: Noun): string => sayCount(`count.${noun}`, n, { n: integer(n) });
