/**
 * The folder that contains a series' place. If a folder holds several series, the place of one is the common
 * part of its checkpoints' names, with `#` for the step or `@` for a date: `runs/seed1_#.pt`. Any other path is
 * its own place.
 */
export const folderOfPlace = (place: string): string => {
  const marked = /[\\/][^\\/]*[#@]/.exec(place);
  return marked === null || marked.index === 0 ? place : place.slice(0, marked.index);
};
