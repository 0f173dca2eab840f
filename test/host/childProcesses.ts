import fs from 'node:fs';

export interface Child {
  readonly pid: number;
  readonly role: string;
}

/** The engine's processes whose bundle lies under a folder (the host's), by what the system says of every process. */
export function childProcesses(folder: string): Child[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const words = commandOf(name);
    const bundle = words.findIndex((word) => word.startsWith(folder) && word.endsWith('dist/engine.js'));
    return bundle < 0 ? [] : [{ pid: Number(name), role: words[bundle + 1] ?? '' }];
  });
}

function commandOf(pid: string): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It ended between the listing and the look.
    return [];
  }
}
