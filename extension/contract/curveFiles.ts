/**
 * The components in which several paths differ. They distinguish the files of several curves or
 * runs.
 */
export const differingParts = (paths: readonly string[]): string[] => {
  const parts = paths.map((path) => path.split(/[\\/]/));
  const isShared = (at: number): boolean => parts.every((one) => one.at(at) === parts[0]!.at(at));
  const shortest = Math.min(...parts.map(({ length }) => length));
  let from = 0;
  while (from < shortest - 1 && isShared(from)) from++;
  let behind = 0;
  while (from + behind < shortest - 1 && isShared(-1 - behind)) behind++;
  return parts.map((one) => one.slice(from, one.length - behind).join('/'));
};
