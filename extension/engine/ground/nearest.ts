import leven from 'leven';

/** So many letters may be wrong: one of short words, a third of long ones; two letters that changed places are two. */
const mostWrong = (word: string): number => Math.max(1, Math.floor((word.length + 1) / 3));

/** The name of a list that a mistyped one was meant to be; undefined where none is near. */
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
