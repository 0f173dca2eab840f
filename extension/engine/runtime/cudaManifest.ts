/** What is fetched to give onnxruntime its CUDA provider on one platform. */
export interface CudaManifest {
  readonly packageName: string;
  readonly url: string;
  /** NuGet's entry of the package: it leads to the size and the SHA-512 that the download must have. */
  readonly registrationUrl: string;
  /** Paths in the package; each file is put beside the binding under its base name. */
  readonly files: readonly string[];
  /** What must be on the machine besides. */
  readonly needs: string;
}

const ONNXRUNTIME_VERSION = '1.30.0';

const nugetPackage = (name: string): Pick<CudaManifest, 'packageName' | 'url' | 'registrationUrl'> => {
  const id = name.toLowerCase();
  const nuget = 'https://api.nuget.org';
  return {
    packageName: `${name} ${ONNXRUNTIME_VERSION}`,
    url: `${nuget}/v3-flatcontainer/${id}/${ONNXRUNTIME_VERSION}/${id}.${ONNXRUNTIME_VERSION}.nupkg`,
    registrationUrl: `${nuget}/v3/registration5-gz-semver2/${id}/${ONNXRUNTIME_VERSION}.json`,
  };
};

/**
 * Platforms whose Node binding can load a CUDA provider: the package and the files that onnxruntime-node's own installer
 * takes (its `script/install-metadata.js`), less TensorRT's.
 */
export const cudaManifests: Readonly<Record<string, CudaManifest>> = {
  'linux-x64': {
    ...nugetPackage('Microsoft.ML.OnnxRuntime.Gpu.Linux'),
    files: [
      'runtimes/linux-x64/native/libonnxruntime_providers_shared.so',
      'runtimes/linux-x64/native/libonnxruntime_providers_cuda.so',
    ],
    needs: 'an NVIDIA driver, CUDA 12 and cuDNN 9',
  },
};
