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

/** Processor time that a process has used so far; 0 for one that has ended. */
export function processorSeconds(pid: number): number {
  try {
    const afterName = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '';
    const fields = afterName.split(' ').map(Number);
    const ticksPerSecond = 100;
    return ((fields[11] ?? 0) + (fields[12] ?? 0)) / ticksPerSecond;
  } catch {
    return 0;
  }
}
