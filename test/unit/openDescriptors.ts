import { readdirSync, readlinkSync } from 'node:fs';

/** Descriptors of this process that point below `folder`; a system without such a list has none to tell of. */
export const openBelow = (folder: string): string[] =>
  (process.platform === 'linux' ? readdirSync('/proc/self/fd') : []).flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
