import { stat } from 'node:fs/promises';
import * as v from 'valibot';

/** A file as it was: another size or time makes another identity. */
export const fileIdentitySchema = v.object({ path: v.string(), bytes: v.number(), modifiedMs: v.number() });
export type FileIdentity = Readonly<v.InferOutput<typeof fileIdentitySchema>>;

/**
 * Text that is the same for two paths of one file, whatever links lead to it; a path of no file is its own.
 * The Hub's cache links the same file of several revisions to one blob.
 */
export const fileBehind = async (path: string): Promise<string> => {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  // Some file systems of other machines number no file.
  return stats === undefined || stats.ino === 0n ? path : `${stats.dev}:${stats.ino}`;
};

/** Identities as they are now. @throws the system's error where a file is gone. */
export const fileIdentities = (paths: readonly string[]): Promise<FileIdentity[]> =>
  Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return { path, bytes: size, modifiedMs: mtimeMs };
    }),
  );
