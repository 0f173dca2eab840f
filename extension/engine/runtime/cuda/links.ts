import { createHash } from 'node:crypto';
import { readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { CudaSurvey } from '../../../contract/gpu.js';
import { makeFolder } from '../../../disk/folders.js';

/**
 * Puts links to the files of a survey into a folder of their own below `folder`, and answers the variables with which a
 * child finds them. onnxruntime loads its provider from the folder that its core was loaded from, and the binding takes
 * the core that the search path names first: so a link to the binding's own core lies beside the links to the provider.
 * Links alone, not the environment's folders: the libraries of C, SSL or Python that lie there too stay unseen.
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
