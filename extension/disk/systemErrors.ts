import { GeometryError, type ErrorCode } from '../contract/errors.js';

type Meaning = readonly [ErrorCode, string];

const readings: Readonly<Record<string, Meaning>> = {
  ENOENT: ['not-found', 'there is no such file'],
  ENOTDIR: ['not-found', 'there is no such file'],
  EACCES: ['unreadable', 'reading it is not permitted'],
  EPERM: ['unreadable', 'reading it is not permitted'],
  EIO: ['unreadable', 'the disk reported a read error'],
  EMFILE: ['unreadable', 'too many files are open'],
  ENFILE: ['unreadable', 'too many files are open'],
  ELOOP: ['unreadable', 'its symbolic links lead in a circle'],
  EISDIR: ['unreadable', 'this is a folder'],
  ESTALE: ['changed-while-reading', 'the file was replaced while it was read'],
};

const writings: Readonly<Record<string, Meaning>> = {
  ENOSPC: ['disk-full', 'The disk is full'],
  EDQUOT: ['disk-full', 'The disk quota is used up'],
  EFBIG: ['disk-full', 'The file would be larger than the system allows'],
  EACCES: ['unwritable', 'Writing is not permitted'],
  EPERM: ['unwritable', 'Writing is not permitted'],
  EROFS: ['unwritable', 'The file system is read-only'],
  EIO: ['unwritable', 'The disk reported a write error'],
  ELOOP: ['unwritable', 'A symbolic link is in the way'],
  ENOENT: ['unwritable', 'There is no such folder'],
  ENOTDIR: ['unwritable', 'A part of the path is not a folder'],
  EEXIST: ['unwritable', 'A part of the path is not a folder'],
  EISDIR: ['unwritable', 'A folder is in the way'],
};

/** The system's error code, such as `ENOENT`; undefined for anything else. */
export const systemCode = (thrown: unknown): string | undefined => {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/** A failed read of `path` as a {@link GeometryError} that names it; a GeometryError is returned unchanged. */
export const readError = (path: string, thrown: unknown): GeometryError => {
  if (thrown instanceof GeometryError) return thrown;
  const code = systemCode(thrown) ?? 'unknown error';
  const [kind, reason] = readings[code] ?? ['unreadable', `it cannot be read (${code})`];
  return new GeometryError(kind, `${path}: ${reason}.`, { cause: thrown });
};

/** A failed write of `path` as a {@link GeometryError} that names it; a GeometryError is returned unchanged. */
export const writeError = (path: string, thrown: unknown): GeometryError => {
  if (thrown instanceof GeometryError) return thrown;
  const code = systemCode(thrown);
  const [kind, reason] = writings[code ?? ''] ?? [
    'unwritable',
    `The system refused (${code ?? String(thrown)})`,
  ];
  return new GeometryError(kind, `${reason}: ${path} could not be written.`, { cause: thrown });
};
