import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { GeometryError } from '../../contract/errors.js';

const openZip = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);

/**
 * Unpacks the named files of a zip archive into a folder, each under its base name.
 * @throws GeometryError `malformed-file` when the archive is not one, or lacks one of them.
 */
export const unpackFiles = async (
  archive: string,
  wanted: readonly string[],
  folder: string,
): Promise<void> => {
  const zip = await openZip(archive, { lazyEntries: true }).catch((cause: unknown) => {
    throw new GeometryError('malformed-file', 'The download is not a zip archive.', { cause });
  });
  const missing = new Set(wanted);
  const openEntry = promisify<yauzl.Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', resolve);
      zip.on('entry', (entry: yauzl.Entry) => {
        if (!missing.delete(entry.fileName)) {
          zip.readEntry();
          return;
        }
        const target = path.join(folder, path.basename(entry.fileName));
        openEntry(entry)
          .then((stream) => pipeline(stream, createWriteStream(target, { flags: 'wx' })))
          .then(() => zip.readEntry(), reject);
      });
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
  if (missing.size === 0) return;
  throw new GeometryError('malformed-file', `The package has no file ${[...missing].join(', ')}.`);
};
