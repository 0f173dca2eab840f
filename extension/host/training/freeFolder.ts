import path from 'node:path';

/** The first free name of `name`, `name-2`, `name-3`, … in a folder. */
export function freeFolder(parent: string, name: string, taken: (folder: string) => boolean): string {
  const stem = name.replace(/[\\/:*?"<>|\s]+/g, '-').replace(/^\.+/, '') || 'run';
  for (let number = 1; ; number++) {
    const folder = path.join(parent, number === 1 ? stem : `${stem}-${number}`);
    if (!taken(folder)) return folder;
  }
}
