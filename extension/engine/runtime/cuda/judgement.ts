import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { CudaFinding, CudaSurvey } from '../../../contract/gpu.js';
import { readSharedLibrary } from './elf.js';
import { DRIVER, foundLibrary, versionOf, type FoundLibrary, type Libraries } from './libraries.js';
import type { ProviderFile } from './providerFile.js';
import { problemSentence } from './sentences.js';

type Problem = NonNullable<CudaSurvey['problem']>;

/** One file, what is said of it, and why it stands in the way. */
interface Judged {
  readonly finding: CudaFinding;
  readonly found?: FoundLibrary;
  readonly problem?: Problem;
}

/** The first driver (first number of its version) that runs a CUDA: NVIDIA's table of minor-version compatibility. */
const firstDriver: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };

/** Libraries that the provider opens by itself when an operator asks for them. */
const opensLater = (cudaMajor: number): readonly string[] => [
  'libcudnn.so.9',
  `libcufft.so.${cudaMajor - 1}`,
  `libnvrtc.so.${cudaMajor}`,
];

const missing = (name: string, isNeeded: boolean, note?: string): CudaFinding => ({
  ...{ name, state: 'missing', isNeeded },
  ...(note === undefined ? {} : { note }),
});

const judgeNeeded = async (name: string, libraries: Libraries): Promise<Judged> => {
  const found = libraries.find(name);
  if (found === undefined) {
    const other = libraries.other(name);
    if (other === undefined) return { finding: missing(name, true) };
    const version = versionOf(other);
    return {
      finding: {
        ...{ name, state: 'other', isNeeded: true, path: other.path },
        ...(version === undefined ? {} : { version }),
      },
    };
  }
  try {
    await readSharedLibrary(found.path);
    return { finding: foundLibrary(name, true, found), found };
  } catch (thrown) {
    if (!(thrown instanceof GeometryError)) throw thrown;
    return {
      finding: { name, state: 'broken', isNeeded: true, path: found.path, note: thrown.message },
      problem: { kind: 'broken-file', sentence: problemSentence.broken(thrown.message) },
    };
  }
};

/** The driver: one that is old is so for a CUDA, of which nothing is known where there is no provider. */
export const judgeDriver = (cudaMajor: number, libraries: Libraries, version: string | undefined): Judged => {
  const note = 'the NVIDIA driver';
  const found = libraries.find(DRIVER);
  if (found === undefined)
    return {
      finding: missing(DRIVER, true, note),
      problem: { kind: 'no-driver', sentence: problemSentence.noDriver() },
    };
  const finding = {
    ...foundLibrary(DRIVER, true, found),
    ...(version === undefined ? {} : { version }),
    note,
  };
  const needs = firstDriver[cudaMajor];
  if (version === undefined || needs === undefined || Number(version.split('.')[0]) >= needs)
    return { finding };
  const sentence = problemSentence.oldDriver(cudaMajor, needs, version);
  return { finding, problem: { kind: 'old-driver', sentence } };
};

/** What is said of libraries that are not there: that a CUDA of another number is, where that is the reason. */
const lackOf = (findings: readonly CudaFinding[], cudaMajor: number): Problem | undefined => {
  const lacking = findings.filter(({ state }) => state === 'missing' || state === 'other');
  if (lacking.length === 0) return undefined;
  const other = lacking.find(
    ({ state, version }) => state === 'other' && Number(version?.split('.')[0]) !== cudaMajor,
  );
  const none = {
    kind: 'missing-library',
    sentence: problemSentence.missing(lacking.map(({ name }) => name)),
  } as const;
  if (other?.path === undefined || other.version === undefined) return none;
  return {
    kind: 'other-cuda',
    sentence: problemSentence.otherCuda(cudaMajor, other.version, path.dirname(other.path)),
  };
};

/** Everything that a provider needs, found or not, and what stands in its way first. */
export const judgeNeeds = async (
  { needed, cudaMajor = 0 }: ProviderFile,
  libraries: Libraries,
  driver: string | undefined,
): Promise<{
  findings: readonly CudaFinding[];
  found: readonly FoundLibrary[];
  problem: Problem | undefined;
}> => {
  const judged: Judged[] = [];
  for (const name of needed) if (name !== DRIVER) judged.push(await judgeNeeded(name, libraries));
  const lack = lackOf(
    judged.map(({ finding }) => finding),
    cudaMajor,
  );
  const broken = judged.find(({ problem }) => problem)?.problem;
  const ofDriver = judgeDriver(cudaMajor, libraries, driver);
  for (const name of opensLater(cudaMajor)) {
    const found = libraries.find(name);
    const note = 'opened by operators that need it';
    judged.push(
      found
        ? { finding: { ...foundLibrary(name, false, found), note }, found }
        : { finding: missing(name, false, note) },
    );
  }
  const isAbsent = ofDriver.problem?.kind === 'no-driver';
  return {
    findings: [...judged, ofDriver].map(({ finding }) => finding),
    found: judged.flatMap(({ found }) => found ?? []),
    // Without a driver, nothing that is missing helps.
    problem: (isAbsent ? ofDriver.problem : undefined) ?? broken ?? lack ?? ofDriver.problem,
  };
};
