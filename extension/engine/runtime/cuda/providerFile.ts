import { GeometryError } from '../../../contract/errors.js';
import { openRegular } from '../../../disk/regularFile.js';
import { readSharedLibrary, type SharedLibrary } from './elf.js';

/** onnxruntime's CUDA provider: two libraries, of which the second does the work. */
export const PROVIDER_FILES = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
] as const;

/** What a provider's file says of itself. */
export interface ProviderFile {
  /** onnxruntime's version, "1.30.0"; absent where the file does not say it. */
  readonly version?: string;
  /** CUDA's and the driver's libraries that it needs, in its order. */
  readonly needed: readonly string[];
  /** Of the CUDA that it was built for; absent where it needs no runtime of CUDA. */
  readonly cudaMajor?: number;
}

const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** What every Linux has: C and C++ runtimes and the loader. */
const ofTheSystem = /^(lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)|ld-linux[\w-]*)\.so\.\d+$/;

const CHUNK = 2 ** 22;
/** Longer than any version with its two zero bytes. */
const OVERLAP = 32;
const versionText = /\0(\d+\.\d+\.\d+)\0/g;

/** Texts of the form 1.2.3 that stand alone in a range of a file. */
const versionsIn = async (
  path: string,
  { offset, size }: NonNullable<SharedLibrary['readOnlyData']>,
): Promise<ReadonlySet<string>> => {
  const { handle } = await openRegular(path);
  const found = new Set<string>();
  try {
    const chunk = Buffer.allocUnsafe(CHUNK + OVERLAP);
    for (let at = 0; at < size; at += CHUNK) {
      const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, size - at), offset + at);
      for (const [, version] of chunk.toString('latin1', 0, bytesRead).matchAll(versionText))
        found.add(version!);
    }
    return found;
  } finally {
    await handle.close();
  }
};

/**
 * Reads version and needs of `libonnxruntime_providers_cuda.so` out of the file; it is not loaded. Among several texts
 * that could be its version, `expected` counts where it is one of them.
 * @throws GeometryError `not-found`, `unreadable`, `malformed-file` (also for another machine).
 */
export const readProviderFile = async (path: string, expected: string): Promise<ProviderFile> => {
  const library = await readSharedLibrary(path);
  if (library.machine !== machines[process.arch])
    throw new GeometryError('malformed-file', `${path} is for another kind of processor.`);
  const needed = library.needed.filter((name) => !ofTheSystem.test(name));
  const versions = library.readOnlyData ? await versionsIn(path, library.readOnlyData) : new Set<string>();
  const version = versions.has(expected) ? expected : versions.size === 1 ? [...versions][0] : undefined;
  const major = needed.map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1]).find((text) => text);
  return {
    needed,
    ...(version === undefined ? {} : { version }),
    ...(major === undefined ? {} : { cudaMajor: Number(major) }),
  };
};
