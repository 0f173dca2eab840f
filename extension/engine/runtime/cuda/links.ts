import { createHash } from 'node:crypto';
import { readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { CudaSurvey } from '../../../contract/gpu.js';
import { makeFolder } from '../../../disk/folders.js';

/**
 * Creates links to the files of a survey in a new folder below `folder` and returns the variables with
 * which a child finds them. onnxruntime loads its provider from the folder of its core, and the binding
 * takes the first core on the search path. A link to the binding's own core therefore lies beside the links
 * to the provider. Single files are linked, not the environment's folders, so that its libraries of C, SSL
 * or Python stay out of the search path.
 * @throws GeometryError `unwritable`, `disk-full`.
 */
export const linkCuda = async (
  { links }: Pick<CudaSurvey, 'links'>,
  folder: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Record<string, string>> => {
  if (links.length === 0) return {};
  const name = createHash('sha256').update(JSON.stringify(links)).digest('hex').slice(0, 16);
  const target = path.join(folder, name);
  await makeFolder(target);
  try {
    for (const { name: file, path: to } of links) await link(path.join(target, path.basename(file)), to);
  } catch (cause) {
    throw new GeometryError('unwritable', `${target} cannot be written to.`, { cause });
  }
  const before = environment.LD_LIBRARY_PATH;
  return { LD_LIBRARY_PATH: before ? `${target}:${before}` : target };
};

const link = async (file: string, to: string): Promise<void> => {
  if ((await readlink(file).catch(() => undefined)) === to) return;
  await rm(file, { force: true });
  await symlink(to, file).catch((cause: unknown) => {
    // Another window made it meanwhile.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  });
};
