/** Letters of a name for which there is room beside a chart. */
const room = 24;

/**
 * Names short enough to stand beside a chart. Long ones lose what they all begin with (`transformer.h.`), then, where
 * that is not enough, their middle: layers differ in what follows the first and names of parts in their end.
 */
export function shortNames(names: readonly string[]): string[] {
  const long = names.filter((name) => name.length > room);
  const start = long.length > 1 ? commonStart(long) : 0;
  return names.map((name) => {
    if (name.length <= room) return name;
    const rest = start > 0 ? `…${name.slice(start)}` : name;
    return rest.length <= room ? rest : `${rest.slice(0, room / 2)}…${rest.slice(1 - room / 2)}`;
  });
}

/** Length of what all names begin with, up to and with a dot. */
function commonStart(names: readonly string[]): number {
  const [first = ''] = names;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length++;
  return first.lastIndexOf('.', length - 1) + 1;
}
