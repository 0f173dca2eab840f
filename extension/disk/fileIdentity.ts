import { stat } from 'node:fs/promises';
import * as v from 'valibot';

/** A version of a file: another size or time makes another identity. */
export const fileIdentitySchema = v.object({ path: v.string(), bytes: v.number(), modifiedMs: v.number() });
export type FileIdentity = Readonly<v.InferOutput<typeof fileIdentitySchema>>;

/**
 * A text that is equal for two paths of one file, whatever links lead to it. A path without a file is its own
 * key. The Hub's cache links one file of several revisions to one blob.
 */
export const fileBehind = async (path: string): Promise<string> => {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  // Some network file systems have no file numbers.
  return stats === undefined || stats.ino === 0n ? path : `${stats.dev}:${stats.ino}`;
};

/**
 * The current identities.
 * @throws the system's error if a file is gone.
 */
export const fileIdentities = (paths: readonly string[]): Promise<FileIdentity[]> =>
  Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return { path, bytes: size, modifiedMs: mtimeMs };
    }),
  );
