import { existsSync } from 'node:fs';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { CudaFinding, CudaSurvey } from '../../../contract/gpu.js';
import { bindingFolder, onnxruntimeVersion } from '../onnxruntimePackage.js';
import { readSharedLibrary } from './elf.js';
import { hasPython, installCommand } from './installCommand.js';
import { judgeDriver, judgeNeeds } from './judgement.js';
import { DRIVER, driverVersion, Libraries, openedWith, type FoundLibrary } from './libraries.js';
import { loaderCache } from './loaderCache.js';
import { CORE, placesAround, providerHome, wantsConsent, type Place, type Surroundings } from './places.js';
import { PROVIDER_FILES, readProviderFile, type ProviderFile } from './providerFile.js';
import { problemSentence } from './sentences.js';

/** What a survey takes from the machine; tests put in their own. */
export interface SurveyOptions {
  readonly platform?: string;
  /** Of the binding. */
  readonly version?: string;
  readonly loaderCacheFile?: string;
  /** What the kernel module says of its version. */
  readonly driverVersionFile?: string;
}

/** A provider's folder, judged by its files. */
type Candidate = { readonly folder: string; readonly place: Place } & (
  | { readonly kind: 'fits'; readonly file: ProviderFile }
  | { readonly kind: 'other-version'; readonly version: string | undefined }
  | { readonly kind: 'broken-file'; readonly why: string }
);

const judgeProvider = async (folder: string, place: Place, expected: string): Promise<Candidate> => {
  const [shared, cuda] = PROVIDER_FILES.map((name) => path.join(folder, name)) as [string, string];
  try {
    const file = await readProviderFile(cuda, expected);
    await readSharedLibrary(shared);
    return file.version === expected
      ? { folder, place, kind: 'fits', file }
      : { folder, place, kind: 'other-version', version: file.version };
  } catch (thrown) {
    if (!(thrown instanceof GeometryError)) throw thrown;
    return { folder, place, kind: 'broken-file', why: thrown.message };
  }
};

const findingOf = (candidate: Candidate): CudaFinding => {
  const [, name] = PROVIDER_FILES;
  const there = { name, isNeeded: true, path: path.join(candidate.folder, name) };
  if (candidate.kind === 'broken-file') return { ...there, state: 'broken', note: candidate.why };
  const isIt = candidate.kind === 'fits';
  const version = isIt ? candidate.file.version : candidate.version;
  return {
    ...{ ...there, state: isIt ? 'found' : 'other' },
    ...(version === undefined ? {} : { version }),
  };
};

/** Folders with a provider in them. In the loader's folders it counts only beside onnxruntime's core. */
const candidatesIn = async (
  places: readonly Place[],
  home: string,
  version: string,
): Promise<readonly Candidate[]> => {
  const candidates: Candidate[] = [];
  for (const place of places)
    for (const folder of place.folders) {
      if (place.isSearched && folder !== home) continue;
      if (!existsSync(path.join(folder, PROVIDER_FILES[1]))) continue;
      candidates.push(await judgeProvider(folder, place, version));
    }
  return candidates;
};

/** Where no candidate will do: the reason, of all candidates, that helps most. */
const whyNone = (candidates: readonly Candidate[], version: string): NonNullable<CudaSurvey['problem']> => {
  const nearest = candidates.find(({ kind }) => kind === 'other-version') ?? candidates[0];
  if (nearest?.kind === 'other-version')
    return {
      kind: 'other-version',
      sentence: problemSentence.otherVersion(version, nearest.version, nearest.folder),
    };
  if (nearest?.kind === 'broken-file')
    return { kind: 'broken-file', sentence: problemSentence.broken(nearest.why) };
  return { kind: 'no-provider', sentence: problemSentence.noProvider(version) };
};

/** Each name once; the binding's own core comes first, because it looks for its provider where it was loaded from. */
const linksOf = (folder: string, found: readonly FoundLibrary[], core: string): CudaSurvey['links'] => {
  const links = new Map<string, string>([[path.basename(core), core]]);
  for (const name of PROVIDER_FILES) links.set(name, path.join(folder, name));
  for (const library of found) {
    if (library.place?.isSearched !== false) continue;
    for (const { name, path: file } of openedWith(library)) if (!links.has(name)) links.set(name, file);
  }
  return [...links].map(([name, file]) => ({ name, path: file }));
};

/**
 * Looks for everything that onnxruntime's CUDA provider needs: the provider of the binding's own version, the libraries
 * that its ELF file names, the driver. Files are read, none is loaded and nothing of Python is run.
 */
export const surveyCuda = async (
  surroundings: Surroundings,
  {
    platform = `${process.platform}-${process.arch}`,
    version = onnxruntimeVersion(),
    loaderCacheFile,
    driverVersionFile = '/proc/driver/nvidia/version',
  }: SurveyOptions = {},
): Promise<CudaSurvey> => {
  const nothing = { onnxruntime: version, findings: [], consents: [], links: [] };
  if (platform !== 'linux-x64')
    return { ...nothing, problem: { kind: 'platform', sentence: problemSentence.platform(platform) } };
  const places = placesAround(surroundings);
  const home = providerHome(surroundings);
  const environment = places.find((place) => wantsConsent(place) && hasPython(place.root))?.root;
  const candidates = await candidatesIn(places, home, version);
  const provider = candidates.find((candidate) => candidate.kind === 'fits');
  const rejected = candidates.filter((candidate) => candidate !== provider).map(findingOf);
  const driver = driverVersion(driverVersionFile);
  if (provider === undefined) {
    const found = new Libraries(places, await loaderCache(loaderCacheFile));
    const { finding, problem } = judgeDriver(0, found, driver);
    const command = installCommand(environment, version, []);
    const absent: CudaFinding = { name: PROVIDER_FILES[1], state: 'missing', isNeeded: true };
    return {
      ...nothing,
      findings: [...(rejected.length > 0 ? rejected : [absent]), finding],
      problem: problem ?? whyNone(candidates, version),
      ...(command === undefined ? {} : { command }),
    };
  }
  const { folder, place, file } = provider;
  const libraries = new Libraries([place, ...places], await loaderCache(loaderCacheFile));
  const { findings, found, problem } = await judgeNeeds(file, libraries, driver);
  const lacking = findings.filter(({ name, state }) => state !== 'found' && name !== DRIVER);
  const command = installCommand(
    wantsConsent(place) && hasPython(place.root) ? place.root : environment,
    version,
    lacking.map(({ name }) => name),
    file.cudaMajor,
  );
  const unsearched = [place, ...found.flatMap((library) => library.place ?? [])].filter(
    ({ isSearched }) => !isSearched,
  );
  const core = path.join(surroundings.binding ?? bindingFolder(), CORE);
  return {
    onnxruntime: version,
    ...(file.cudaMajor === undefined ? {} : { cudaMajor: file.cudaMajor }),
    findings: [findingOf(provider), ...rejected, ...findings],
    ...(problem === undefined ? {} : { problem }),
    consents: [...new Set(unsearched.filter(wantsConsent).map(({ root }) => root))],
    links: unsearched.length === 0 ? [] : linksOf(folder, found, core),
    ...(command === undefined ? {} : { command }),
  };
};
