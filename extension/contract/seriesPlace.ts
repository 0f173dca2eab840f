/**
 * The folder that a series' place lies in. Where a folder holds several series, the place of one is what the names of its
 * checkpoints have in common, with `#` for the step or `@` for a date: `runs/seed1_#.pt`. Other paths are their own place.
 */
export const folderOfPlace = (place: string): string => {
  const marked = /[\\/][^\\/]*[#@]/.exec(place);
  return marked === null || marked.index === 0 ? place : place.slice(0, marked.index);
};
