import { describe, expect, it } from 'vitest';
import { cudaErrorIn } from '../../../../extension/engine/runtime/cuda/cudaErrors.js';

/** As onnxruntime 1.30's provider writes it. */
const failure = (code: number, words: string): string =>
  `CUDA failure ${code}: ${words} ; GPU=-1 ; hostname=h ; file=/onnxruntime_src/cuda_execution_provider.cc ; line=352 ; expr=cudaSetDevice(info_.device_id); `;

describe('errors of CUDA', () => {
  it.each([
    [100, 'no CUDA-capable device is detected', /^There is no CUDA device\./],
    [35, 'CUDA driver version is insufficient for CUDA runtime version', /driver is too old/],
    // Its words are those of a build without CUDA.
    [36, 'API call is not supported in the installed CUDA driver', /driver is too old/],
    [2, 'out of memory', /no memory left/],
    [803, 'system has unsupported display driver / cuda driver combination', /restart the machine/],
  ])('%i is explained by its number', (code, words, sentence) => {
    const said = cudaErrorIn(failure(code, words));
    expect(said).toMatch(sentence);
    expect(said).toContain(`(CUDA error ${code}: ${words})`);
  });

  it('that are not in the table are quoted', () => {
    expect(cudaErrorIn(failure(717, 'operation not supported on global/shared address space'))).toBe(
      'CUDA error 717: operation not supported on global/shared address space.',
    );
    expect(cudaErrorIn('CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0')).toBe(
      'CUBLAS error 3: CUBLAS_STATUS_ALLOC_FAILED.',
    );
    expect(cudaErrorIn('no available backend found.')).toBeUndefined();
  });
});
