import leven from 'leven';

/** Allowed edits: one for short words, a third of the letters of long ones; a transposition counts as two. */
const mostWrong = (word: string): number => Math.max(1, Math.floor((word.length + 1) / 3));

/** The closest name of a list to a mistyped one; undefined if none is close. */
export const nearest = (word: string, names: readonly string[]): string | undefined => {
  const typed = word.toLowerCase();
  const begun = typed.length < 2 ? [] : names.filter((name) => name.toLowerCase().startsWith(typed));
  if (begun.length === 1) return begun[0];
  const most = mostWrong(typed);
  const distances = names.map((name) => leven(typed, name.toLowerCase(), { maxDistance: most + 1 }));
  const least = Math.min(...distances);
  return least > most ? undefined : names[distances.indexOf(least)];
};

/** The end of an error's sentence: " Did you mean NAME?", or nothing. */
export const didYouMean = (word: string, names: readonly string[]): string => {
  const name = nearest(word, names);
  return name === undefined ? '' : ` Did you mean ${name}?`;
};
