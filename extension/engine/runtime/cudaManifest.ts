import { onnxruntimeVersion } from './onnxruntimePackage.js';

/** The files to fetch for onnxruntime's CUDA provider on one platform. */
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

const nugetPackage = (
  name: string,
  version: string,
): Pick<CudaManifest, 'packageName' | 'url' | 'registrationUrl'> => {
  const id = name.toLowerCase();
  const nuget = 'https://api.nuget.org';
  return {
    packageName: `${name} ${version}`,
    url: `${nuget}/v3-flatcontainer/${id}/${version}/${id}.${version}.nupkg`,
    registrationUrl: `${nuget}/v3/registration5-gz-semver2/${id}/${version}.json`,
  };
};

/**
 * Platforms whose Node binding can load a CUDA provider: the package and the files that onnxruntime-node's own installer
 * takes (its `script/install-metadata.js`), less TensorRT's.
 */
const platforms: Readonly<
  Record<string, Pick<CudaManifest, 'files' | 'needs'> & { readonly package: string }>
> = {
  'linux-x64': {
    package: 'Microsoft.ML.OnnxRuntime.Gpu.Linux',
    files: [
      'runtimes/linux-x64/native/libonnxruntime_providers_shared.so',
      'runtimes/linux-x64/native/libonnxruntime_providers_cuda.so',
    ],
    // Which CUDA is read from the provider's own file, once it is there.
    needs: 'an NVIDIA driver, and CUDA and cuDNN 9 of the version that Check GPU… then names',
  },
};

/** What fits the onnxruntime that is installed, undefined on a platform without a CUDA provider. */
export const cudaManifest = (platform: string): CudaManifest | undefined => {
  const entry = Object.hasOwn(platforms, platform) ? platforms[platform] : undefined;
  if (entry === undefined) return undefined;
  const { package: name, files, needs } = entry;
  return { ...nugetPackage(name, onnxruntimeVersion()), files, needs };
};
