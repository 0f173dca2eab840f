import { commonStart } from '../report/matrices.js';

/** Maximum length of a name beside a chart. */
const besideChart = 24;
/** Maximum length in a legend or a sentence, which can wrap. */
export const inText = 60;

/**
 * Shortens names for a chart. Long ones lose their common prefix (`transformer.h.`) and then, if necessary,
 * their middle: layers differ after the prefix, parts at the end.
 */
export function shortNames(names: readonly string[], room = besideChart): string[] {
  const long = names.filter((name) => name.length > room);
  const start = long.length > 1 ? commonStart(long) : 0;
  return names.map((name) => {
    if (name.length <= room) return name;
    const rest = start > 0 ? `…${name.slice(start)}` : name;
    return rest.length <= room ? rest : `${rest.slice(0, room / 2)}…${rest.slice(1 - room / 2)}`;
  });
}

/** A name shortened for a sentence. */
export const shortName = (name: string): string => shortNames([name], inText)[0]!;
