/**
 * Errors of CUDA's runtime by their numbers (`cudaError_t` of the CUDA Runtime API): what they mean for the user. Their
 * texts say little, and look like onnxruntime's own: "API call is not supported" is an old driver, not a missing build.
 */
const sentences: Readonly<Record<number, string>> = {
  2: 'The CUDA device has no memory left.',
  3: 'CUDA could not start its driver.',
  34: 'The library libcuda.so.1 is a stub, not the NVIDIA driver.',
  35: 'The NVIDIA driver is too old for this CUDA.',
  36: 'The NVIDIA driver is too old for this CUDA.',
  46: 'Every CUDA device is taken by another process, or its mode forbids computing.',
  100: 'There is no CUDA device.',
  101: 'There is no CUDA device of that number.',
  209: 'The CUDA device is too old: the provider holds no code for it.',
  214: 'The CUDA device reports an error of its memory (ECC).',
  222: 'The NVIDIA driver is too old for this CUDA.',
  300: 'CUDA was given code that it cannot read.',
  719: 'A CUDA program ended with an error on the device.',
  802: 'The CUDA system is not ready: its fabric manager does not run.',
  803: 'The NVIDIA driver’s library and its kernel module are of different versions: restart the machine.',
  804: 'CUDA’s forward compatibility is not supported on this device: the driver must be newer.',
  999: 'CUDA failed for a reason that it does not know; after a suspend, the kernel module nvidia_uvm must be loaded again.',
};

const failure = /\b(CUDA|CUBLAS|CUDNN|CUFFT|CURAND) failure (-?\d+): ([^;\n]*)/;

/** What CUDA's own error code in a text of onnxruntime says; undefined where there is none. */
export const cudaErrorIn = (text: string): string | undefined => {
  const [, library, code, words] = failure.exec(text) ?? [];
  if (library === undefined) return undefined;
  const known = library === 'CUDA' ? sentences[Number(code)] : undefined;
  const said = `${library} error ${code}: ${words!.trim()}`;
  return known === undefined ? `${said}.` : `${known} (${said})`;
};
