import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file system of its own in memory. */
export interface MountedDisk {
  readonly folder: string;
  readonly makeReadOnly: () => void;
  readonly unmount: () => void;
}

const quietly = (command: string, args: readonly string[]): void => {
  execFileSync(command, args, { stdio: 'ignore' });
};

export const mountDisk = (bytes: number): MountedDisk => {
  const folder = mkdtempSync(path.join(tmpdir(), 'wg-disk-'));
  quietly('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  return {
    folder,
    makeReadOnly: () => quietly('mount', ['-o', 'remount,ro', folder]),
    unmount: () => {
      quietly('umount', [folder]);
      rmdirSync(folder);
    },
  };
};

/** Mounting needs a privilege; where it is missing, tests of full and read-only disks are skipped. */
export const canMount = (() => {
  if (process.platform !== 'linux') return false;
  try {
    mountDisk(2 ** 16).unmount();
    return true;
  } catch {
    return false;
  }
})();
