import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { fileIdentities } from '../../disk/fileIdentity.js';
import { checkpointPath } from '../training/run/runDirectory.js';

export const runEndsSchema = v.array(
  v.object({ name: v.string(), bytes: v.number(), modifiedMs: v.pipe(v.number(), v.finite()) }),
);
export type RunEnds = v.InferOutput<typeof runEndsSchema>;

/** Identities of the first and the last checkpoint of a run, by name; undefined if none are visible. */
export const runEnds = async (run: string): Promise<RunEnds | undefined> => {
  const folder = path.dirname(checkpointPath(run, 0));
  try {
    const names = (await readdir(folder)).filter((name) => /^step_\d+\.safetensors$/.test(name));
    names.sort((a, b) => stepOf(a) - stepOf(b));
    const [first, last] = [names[0], names.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const found = await fileIdentities([first, last].map((name) => path.join(folder, name)));
    return found.map(({ path: file, bytes, modifiedMs }) => ({
      name: path.basename(file),
      bytes,
      modifiedMs,
    }));
  } catch {
    // Deleted during the look: reading them gives a better error.
    return undefined;
  }
};

const stepOf = (name: string): number => Number(/\d+/.exec(name));
