import { stat } from 'node:fs/promises';

/** A file as it was: another size or time makes another identity. */
export interface FileIdentity {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Identities as they are now. @throws the system's error where a file is gone. */
export const fileIdentities = (paths: readonly string[]): Promise<FileIdentity[]> =>
  Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return { path, bytes: size, modifiedMs: mtimeMs };
    }),
  );
