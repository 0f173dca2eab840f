import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readText } from '../../../disk/regularFile.js';
import { makeEntry, soleUnit, type Candidate } from './candidates.js';
import { naturalOrder, type FolderListing } from './seriesFolder.js';
import { stepInName } from './stepsInNames.js';

const MOST_REFS = 10_000;
const LONGEST_REF = 256;

/** Names of revisions by the commit that they stand for: `refs/main`, `refs/step1000`, `refs/pr/3` hold a hash each. */
const refsOf = async (folder: string): Promise<Map<string, string[]>> => {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const byCommit = new Map<string, string[]>();
  for (const name of names.slice(0, MOST_REFS).sort(naturalOrder)) {
    const path = join(folder, name);
    const isSmallFile = await stat(path).then(
      (found) => found.isFile() && found.size <= LONGEST_REF,
      () => false,
    );
    if (!isSmallFile) continue;
    const commit = (await readText(path, LONGEST_REF).catch(() => '')).trim();
    byCommit.set(commit, [...(byCommit.get(commit) ?? []), name.replaceAll('\\', '/')]);
  }
  return byCommit;
};

/**
 * The snapshots of a repository in the cache of the Hugging Face Hub (`models--org--name/{refs,snapshots,blobs}`):
 * revisions in the order of the steps that their names say. Undefined for another folder.
 */
export const hubSnapshots = async (
  listing: FolderListing,
  list: (folder: string) => Promise<FolderListing | undefined>,
): Promise<Candidate[] | undefined> => {
  const isCache = basename(listing.folder).startsWith('models--') && listing.folders.includes('snapshots');
  if (!isCache) return undefined;
  const snapshots = await list(join(listing.folder, 'snapshots'));
  const refs = await refsOf(join(listing.folder, 'refs'));
  const candidates: Candidate[] = [];
  for (const commit of snapshots?.folders ?? []) {
    const folder = join(listing.folder, 'snapshots', commit);
    const inner = await list(folder);
    const unit = inner === undefined ? undefined : soleUnit(inner.units);
    if (unit === undefined) continue;
    const names = refs.get(commit) ?? [];
    const stepped = names.map((name) => ({ name, step: stepInName(name, 'folder')?.step })).sort(byKnown)[0];
    const label = stepped?.name ?? commit.slice(0, 12);
    const entry = await makeEntry({ folder, label, step: stepped?.step, path: folder }, unit);
    candidates.push({ entry, family: 'snapshots', warnings: unit.warnings });
  }
  return candidates.length === 0 ? undefined : candidates;
};

const byKnown = (
  a: { readonly step: number | undefined },
  b: { readonly step: number | undefined },
): number => Number(a.step === undefined) - Number(b.step === undefined);
