import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { isAlive } from '../../disk/processIdentity.js';
import { cudaManifest, type CudaManifest } from './cudaManifest.js';

import { bindingFolder } from './onnxruntimePackage.js';
import { placedRecord, placeFiles, removePlaced } from './placedFiles.js';
import { unpackFiles } from './unpack.js';

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

const leafSchema = v.object({ catalogEntry: v.string() });
const entrySchema = v.object({
  packageHash: v.string(),
  packageHashAlgorithm: v.literal('SHA512'),
  packageSize: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

const cancelled = (cause: unknown): GeometryError =>
  new GeometryError('cancelled', 'The download was cancelled.', { cause });

/** What the proxy has to do with it: Node's own `fetch` takes the one of the environment since Node 24.5. */
const proxyHint = (): string => {
  const proxy = process.env.HTTPS_PROXY ?? process.env.https_proxy;
  if (proxy === undefined || proxy === '') return '';
  // A proxy's address may hold a password.
  const shown = proxy.replace(/\/\/[^@/]*@/, '//');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5)
    ? ` It was asked for through the proxy ${shown}.`
    : ` The proxy ${shown} cannot be used by this editor's Node ${process.versions.node}: pip can bring the provider instead (Check GPU…).`;
};

const requestFrom = async (url: string, { fetch, signal }: Download): Promise<Response> => {
  let response: Response;
  try {
    response = await fetch(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (signal?.aborted) throw cancelled(cause);
    throw new GeometryError('unreadable', `${new URL(url).host} could not be reached.${proxyHint()}`, {
      cause,
    });
  }
  if (response.ok) return response;
  throw new GeometryError('unreadable', `${url} could not be fetched: HTTP status ${response.status}.`);
};

const readJson = async <T>(url: string, schema: v.GenericSchema<unknown, T>, how: Download): Promise<T> => {
  const response = await requestFrom(url, how);
  const json: unknown = await response.json().catch((cause: unknown) => {
    if (how.signal?.aborted) throw cancelled(cause);
    throw new GeometryError('unreadable', `${url} did not answer with JSON.`, { cause });
  });
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  throw new GeometryError('malformed-file', `${url} is not the entry of a NuGet package.`);
};

/**
 * What installing would fetch, from where, how large, and where to. Asks NuGet for the package's entry (a few kilobytes).
 * @throws GeometryError `no-provider` on a platform without one, `unreadable` without a network.
 */
export const cudaOffer = async (
  how: Download,
  manifest: CudaManifest | undefined = cudaManifest(`${process.platform}-${process.arch}`),
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

/** The bytes of a reply; a connection that breaks is told from a disk that does. */
const bodyOf = async function* (response: Response): AsyncGenerator<Uint8Array> {
  try {
    yield* (response.body ?? []) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new GeometryError('unreadable', `The connection to ${new URL(response.url).host} broke off.`, {
      cause,
    });
  }
};

const download = async (offer: CudaOffer, file: string, how: Download): Promise<void> => {
  const response = await requestFrom(offer.manifest.url, how);
  const hash = createHash('sha512');
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bodyOf(response)) {
      bytes += chunk.length;
      hash.update(chunk);
      how.onProgress?.(bytes, offer.bytes);
      if (bytes > offer.bytes) break;
      yield chunk;
    }
  };
  await pipeline(Readable.from(measured()), createWriteStream(file, { flags: 'wx' }));
  verify(offer, bytes, hash.digest('base64'));
};

const TEMPORARY = '.cuda-provider-';

/** Removes what installing processes left behind that were killed: hundreds of megabytes each. */
const sweep = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const pid = Number.parseInt(name.slice(TEMPORARY.length), 10);
    if (Number.isNaN(pid) || !isAlive(pid))
      await rm(path.join(folder, name), { recursive: true, force: true });
  }
};

/** In the target's own folder: on the same file system, so that each file is moved in one step. */
const temporaryFolder = async (folder: string): Promise<string> => {
  try {
    await sweep(folder);
    return await mkdtemp(path.join(folder, `${TEMPORARY}${process.pid}-`));
  } catch (cause) {
    throw new GeometryError('unwritable', `${folder} cannot be written to.`, { cause });
  }
};

/**
 * Fetches what was offered, after the user's consent; checks size and SHA-512 before anything is unpacked, and puts the
 * files in place only when all of them are there. Files of the same names that came otherwise are kept for
 * {@link uninstallCuda}.
 * @throws GeometryError `malformed-file`, `unreadable`, `unwritable`, `disk-full`, `cancelled`; nothing is installed then.
 */
export const installCuda = async (offer: CudaOffer, how: Download): Promise<void> => {
  const { manifest, folder } = offer;
  const temporary = await temporaryFolder(folder);
  try {
    const archive = path.join(temporary, 'package.nupkg');
    await download(offer, archive, how);
    await unpackFiles(archive, manifest.files, temporary);
    const names = manifest.files.map((file) => path.basename(file));
    await placeFiles(folder, temporary, manifest.packageName, names);
  } catch (cause) {
    if (how.signal?.aborted) throw cancelled(cause);
    if (cause instanceof GeometryError) throw cause;
    const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new GeometryError(
      isFull ? 'disk-full' : 'unwritable',
      `The CUDA provider could not be installed in ${folder}${isFull ? ': the disk is full' : ''}.`,
      { cause },
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/** The package that was installed here, undefined when none was; files that came otherwise do not count. */
export const installedCuda = async (folder: string = bindingFolder()): Promise<string | undefined> =>
  (await placedRecord(folder))?.packageName;

/** Removes what {@link installCuda} put there, and puts back what it took the place of. */
export const uninstallCuda = (folder: string = bindingFolder()): Promise<void> => removePlaced(folder);
