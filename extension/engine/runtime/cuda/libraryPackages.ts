import { readdirSync } from 'node:fs';

/** Libraries of CUDA by the beginning of their names: the PyPI package of NVIDIA that brings each. */
const packages: Readonly<Record<string, string>> = {
  libcudart: 'nvidia-cuda-runtime',
  libcublas: 'nvidia-cublas',
  libcublasLt: 'nvidia-cublas',
  libcurand: 'nvidia-curand',
  libcufft: 'nvidia-cufft',
  libnvrtc: 'nvidia-cuda-nvrtc',
  libcudnn: 'nvidia-cudnn',
};

/** The name of a library without its version: `libcublas.so.13` → `libcublas`. */
export const stemOf = (library: string): string => library.split('.so')[0]!;

/** The number behind `.so`: `libcublas.so.13` → `13`. */
export const majorOf = (library: string): string | undefined => /\.so\.(\d+)/.exec(library)?.[1];

/** Until CUDA 12, and for cuDNN still, the name of a package ends in the CUDA that it is for. */
const packageOf = (library: string, cudaMajor: number): string | undefined => {
  const stem = stemOf(library);
  const name = Object.hasOwn(packages, stem) ? packages[stem] : undefined;
  if (name === undefined) return undefined;
  return cudaMajor < 13 || stem === 'libcudnn' ? `${name}-cu${cudaMajor}` : name;
};

/** What pip is asked for so that a library of this name comes: the version's first number is the library's own. */
export const requirementFor = (library: string, cudaMajor: number): string | undefined => {
  const name = packageOf(library, cudaMajor);
  const major = majorOf(library);
  return name === undefined ? undefined : major === undefined ? name : `${name}==${major}.*`;
};

/** The version of a library by the package that brought it, as `site-packages` names it; the newest where there are two. */
export const packagedVersion = (library: string, sites: readonly string[]): string | undefined => {
  const stem = stemOf(library);
  const name = Object.hasOwn(packages, stem) ? packages[stem]!.replaceAll('-', '_') : undefined;
  if (name === undefined) return undefined;
  const pattern = new RegExp(`^${name}(?:_cu\\d+)?-([\\d.]+)\\.dist-info$`);
  const major = majorOf(library);
  const versions = sites.flatMap((site) => {
    try {
      return readdirSync(site).flatMap((entry) => pattern.exec(entry)?.[1] ?? []);
    } catch {
      return [];
    }
  });
  return versions.find((version) => version.split('.')[0] === major) ?? versions[0];
};
