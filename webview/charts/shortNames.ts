import { commonStart } from '../report/matrices.js';

/** Letters of a name for which there is room beside a chart. */
const besideChart = 24;
/** In a legend or a sentence, which may go on in the next line. */
export const inText = 60;

/**
 * Names short enough to stand beside a chart. Long ones lose what they all begin with (`transformer.h.`), then, where
 * that is not enough, their middle: layers differ in what follows the first and names of parts in their end.
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

/** A name short enough for a sentence. */
export const shortName = (name: string): string => shortNames([name], inText)[0]!;
