import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CudaSurvey } from '../../../contract/gpu.js';
import { requirementFor } from './libraryPackages.js';
import { sitePackages } from './places.js';

/** The CUDA that PyPI's wheels of onnxruntime-gpu have been built for since 1.27. */
const WHEELS_CUDA = 13;

/** An argument for a shell of any make: a version with a `*` in it stays one word. */
const quoted = (word: string): string =>
  /^[\w./@:+=-]+$/.test(word) ? word : `"${word.replace(/(["\\$`])/g, '\\$1')}"`;

const interpreterOf = (environment: string): string => path.join(environment, 'bin', 'python');

/** Whether a folder is an environment of Python. */
export const hasPython = (folder: string): boolean => existsSync(interpreterOf(folder));

/** uv's environments have no pip of their own. */
const isOfUv = (environment: string): boolean => {
  try {
    return /^uv\s*=/m.test(readFileSync(path.join(environment, 'pyvenv.cfg'), 'utf8'));
  } catch {
    return false;
  }
};

const hasPip = (environment: string): boolean =>
  sitePackages(environment).some((folder) => existsSync(path.join(folder, 'pip')));

/**
 * The command that brings a provider (where `cudaMajor` is absent) or the libraries named into an environment of Python;
 * undefined where there is nothing to bring, or no environment. It is shown, and run at the user's click only.
 */
export const installCommand = (
  environment: string | undefined,
  onnxruntime: string,
  libraries: readonly string[],
  cudaMajor?: number,
): CudaSurvey['command'] => {
  if (environment === undefined) return undefined;
  const cuda = cudaMajor ?? WHEELS_CUDA;
  const wanted = cudaMajor === undefined ? providerRequirements(onnxruntime) : [];
  const packages = [...wanted, ...libraries.flatMap((library) => requirementFor(library, cuda) ?? [])];
  if (packages.length === 0) return undefined;
  const interpreter = interpreterOf(environment);
  const tool =
    isOfUv(environment) && !hasPip(environment)
      ? ['uv', 'pip', 'install', '--python', interpreter]
      : [interpreter, '-m', 'pip', 'install'];
  return { environment, line: [...tool, ...new Set(packages)].map(quoted).join(' ') };
};

/** A provider and everything that it needs; what an environment has already is not fetched again. */
const providerRequirements = (version: string): readonly string[] => [
  `onnxruntime-gpu==${version}`,
  ...['libcublas.so.13', 'libcudart.so.13', 'libcurand.so.10', 'libcudnn.so.9'].flatMap(
    (library) => requirementFor(library, WHEELS_CUDA) ?? [],
  ),
];
