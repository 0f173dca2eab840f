/** One sentence for each obstacle to CUDA. The survey's command says how to remove it. */
export const problemSentence = {
  platform: (platform: string): string => `onnxruntime has no CUDA provider for Node on ${platform}.`,
  noProvider: (version: string): string =>
    `The CUDA provider of onnxruntime ${version} is not installed (in VS Code: the command Check GPU…).`,
  otherVersion: (wanted: string, there: string | undefined, folder: string): string =>
    `The CUDA provider in ${folder} is of ${there === undefined ? 'an unknown version' : `onnxruntime ${there}`}; it must be of ${wanted}, as the binding is.`,
  broken: (why: string): string => `A file of CUDA is broken: ${why}`,
  otherCuda: (wanted: number, there: string, folder: string): string =>
    `The provider needs CUDA ${wanted}; ${folder} has ${there}.`,
  missing: (names: readonly string[]): string =>
    names.length === 1
      ? `The library ${names[0]} is missing.`
      : `The libraries ${names.join(', ')} are missing.`,
  noDriver: (): string => 'There is no NVIDIA driver (libcuda.so.1).',
  oldDriver: (cuda: number, needed: number, there: string): string =>
    `The NVIDIA driver ${there} is too old: CUDA ${cuda} needs ${needed} or later.`,
} as const;

/** All files are there, in folders that nobody has agreed to yet. */
export const notAllowed = (folders: readonly string[]): string =>
  `Its files are in ${folders.join(', ')}; they are loaded from there only when you allow it (in VS Code: the command Check GPU…; elsewhere: --cuda-from ${folders[0]}).`;
