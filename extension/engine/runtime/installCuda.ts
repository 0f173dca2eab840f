import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { unpackFiles } from './unpack.js';
import { cudaManifests, type CudaManifest } from './cudaManifest.js';

/** What the user consents to: shown before a byte of it is fetched. */
export interface CudaOffer {
  readonly manifest: CudaManifest;
  readonly bytes: number;
  /** Base64. */
  readonly sha512: string;
  /** Where the files go: beside onnxruntime's binding. */
  readonly folder: string;
}

export interface Download {
  readonly fetch: typeof fetch;
  readonly onProgress?: (bytes: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** The list of installed files, for undoing. */
const RECORD = 'cuda-provider.json';
const recordSchema = v.object({ packageName: v.string(), files: v.array(v.string()) });

const leafSchema = v.object({ catalogEntry: v.string() });
const entrySchema = v.object({
  packageHash: v.string(),
  packageHashAlgorithm: v.literal('SHA512'),
  packageSize: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

/** The folder of onnxruntime's binding: the provider's libraries are looked for there and nowhere else. */
export const bindingFolder = (): string => {
  const manifest = createRequire(__filename).resolve('onnxruntime-node/package.json');
  return path.join(path.dirname(manifest), 'bin', 'napi-v6', process.platform, process.arch);
};

const requestFrom = async (url: string, { fetch, signal }: Download): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (signal?.aborted) throw new GeometryError('cancelled', 'The download was cancelled.', { cause });
    throw new GeometryError('unreadable', `${new URL(url).host} could not be reached.`, { cause });
  }
  if (response.ok) return response;
  throw new GeometryError('unreadable', `${url} could not be fetched: HTTP status ${response.status}.`);
};

const readJson = async <T>(url: string, schema: v.GenericSchema<unknown, T>, how: Download): Promise<T> => {
  const parsed = v.safeParse(schema, await (await requestFrom(url, how)).json());
  if (parsed.success) return parsed.output;
  throw new GeometryError('malformed-file', `${url} is not the entry of a NuGet package.`);
};

/**
 * What installing would fetch, from where, how large, and where to. Asks NuGet for the package's entry (a few kilobytes).
 * @throws GeometryError `no-provider` on a platform without one, `unreadable` without a network.
 */
export const cudaOffer = async (
  how: Download,
  manifest: CudaManifest | undefined = cudaManifests[`${process.platform}-${process.arch}`],
  folder: string = bindingFolder(),
): Promise<CudaOffer> => {
  if (manifest === undefined) {
    const platform = `${process.platform}-${process.arch}`;
    throw new GeometryError('no-provider', `onnxruntime has no CUDA provider for Node on ${platform}.`);
  }
  const { catalogEntry } = await readJson(manifest.registrationUrl, leafSchema, how);
  const entry = await readJson(catalogEntry, entrySchema, how);
  return { manifest, bytes: entry.packageSize, sha512: entry.packageHash, folder };
};

/** The sentence that the user consents to. */
export const describeOffer = ({ manifest, bytes, folder }: CudaOffer): string => {
  const names = manifest.files.map((file) => path.basename(file)).join(' and ');
  return `Fetch ${manifest.packageName} (${(bytes / 1e6).toFixed(0)} MB) from ${new URL(manifest.url).host}, check its SHA-512, and put ${names} into ${folder}. Besides, CUDA needs ${manifest.needs}.`;
};

const verify = (offer: CudaOffer, bytes: number, sha512: string): void => {
  if (bytes !== offer.bytes) {
    throw new GeometryError('malformed-file', `The download has ${bytes} bytes, not ${offer.bytes}.`);
  }
  if (sha512 !== offer.sha512) {
    throw new GeometryError('malformed-file', 'The download does not have the SHA-512 that NuGet states.');
  }
};

const download = async (offer: CudaOffer, file: string, how: Download): Promise<void> => {
  const response = await requestFrom(offer.manifest.url, how);
  const hash = createHash('sha512');
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      hash.update(chunk);
      how.onProgress?.(bytes, offer.bytes);
      if (bytes > offer.bytes) break;
      yield chunk;
    }
  };
  await pipeline(Readable.from(measured()), createWriteStream(file));
  verify(offer, bytes, hash.digest('base64'));
};

/**
 * Fetches what was offered, after the user's consent; checks size and SHA-512 before anything is unpacked, and puts the
 * files in place only when all of them are there.
 * @throws GeometryError `malformed-file`, `unreadable`, `unwritable`, `cancelled`; nothing is installed then.
 */
export const installCuda = async (offer: CudaOffer, how: Download): Promise<void> => {
  const names = offer.manifest.files.map((file) => path.basename(file));
  // In the target's own folder: on the same file system, so that each file is moved in one step.
  const temporary = await mkdtemp(path.join(offer.folder, '.cuda-provider-')).catch((cause: unknown) => {
    throw new GeometryError('unwritable', `${offer.folder} cannot be written to.`, { cause });
  });
  try {
    const archive = path.join(temporary, 'package.nupkg');
    await download(offer, archive, how);
    await unpackFiles(archive, offer.manifest.files, temporary);
    const record = { packageName: offer.manifest.packageName, files: names };
    await writeFile(path.join(offer.folder, RECORD), JSON.stringify(record));
    for (const name of names) await rename(path.join(temporary, name), path.join(offer.folder, name));
  } catch (cause) {
    if (how.signal?.aborted) throw new GeometryError('cancelled', 'The download was cancelled.', { cause });
    if (cause instanceof GeometryError) throw cause;
    throw new GeometryError('unwritable', `The CUDA provider could not be installed in ${offer.folder}.`, {
      cause,
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/** The package that was installed here, undefined when none was. */
export const installedCuda = async (folder: string = bindingFolder()): Promise<string | undefined> => {
  try {
    const record = v.parse(recordSchema, JSON.parse(await readFile(path.join(folder, RECORD), 'utf8')));
    for (const file of record.files) await access(path.join(folder, path.basename(file)));
    return record.packageName;
  } catch {
    return undefined;
  }
};

/** Removes what {@link installCuda} put there; files that came otherwise stay. */
export const uninstallCuda = async (folder: string = bindingFolder()): Promise<void> => {
  const record = path.join(folder, RECORD);
  const text = await readFile(record, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const { files } = v.parse(recordSchema, JSON.parse(text));
  for (const file of files) await rm(path.join(folder, path.basename(file)), { force: true });
  await rm(record, { force: true });
};
