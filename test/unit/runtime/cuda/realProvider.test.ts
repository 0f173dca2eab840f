import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withRemedy } from '../../../../extension/contract/gpuList.js';
import { linkCuda } from '../../../../extension/engine/runtime/cuda/links.js';
import { PROVIDER_FILES } from '../../../../extension/engine/runtime/cuda/providerFile.js';
import { surveyCuda } from '../../../../extension/engine/runtime/cuda/survey.js';
import { onnxruntimeVersion } from '../../../../extension/engine/runtime/onnxruntimePackage.js';
import { chooseProvider, type ProbeEntry } from '../../../../extension/engine/runtime/providers.js';
import { bundleForChild } from '../../training/bundle.js';
import { canCompile, MadeLibraries } from './compiled.js';

/**
 * The real provider and NVIDIA's runtime, from PyPI: 326 MB. cuBLAS alone would be 440 MB more, and is never called here:
 * a library of its names stands in for it. The driver, which no machine of these tests has, is a few lines of C.
 */
const root = path.resolve(import.meta.dirname, '../../../..');
const kept = path.join(root, 'node_modules/.cache/weight-geometry', `cuda-${onnxruntimeVersion()}`);
const site = 'lib/python3.11/site-packages';
const packages = [
  `onnxruntime-gpu==${onnxruntimeVersion()}`,
  'nvidia-cuda-runtime==13.*',
  'nvidia-curand==10.*',
];

/** Whether the packages are here, or can be had: they are fetched in CI alone, or when WEIGHT_GEOMETRY_CUDA_TESTS is set. */
const hasPackages = (): boolean => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  if (existsSync(kept)) return true;
  const message = 'The tests with the real CUDA provider are left out';
  if (process.env.CI !== 'true' && process.env.WEIGHT_GEOMETRY_CUDA_TESTS === undefined) {
    console.warn(`${message}: they fetch 326 MB from PyPI, where WEIGHT_GEOMETRY_CUDA_TESTS=1 says so.`);
    return false;
  }
  const fetched = `${kept}-${process.pid}`;
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--target',
    path.join(fetched, site),
    ...packages,
  ];
  const { status } = spawnSync('python3', pip, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) renameSync(fetched, kept);
  else {
    rmSync(fetched, { recursive: true, force: true });
    console.warn(`${message}: pip could not fetch ${packages.join(', ')}.`);
  }
  return status === 0;
};

/** A driver that answers every call with one error; no device is its answer unless another is asked for. */
const driver = (code: number, version = 13_000): string => `
  #include <string.h>
  int cuInit(unsigned flags) { return ${code}; }
  int cuDriverGetVersion(int *version) { *version = ${version}; return 0; }
  int cuTensorMapEncodeTiled(void) { return ${code}; }
  static int any(void) { return ${code}; }
  int cuGetExportTable(const void **table, const void *id) { *table = 0; return ${code}; }
  int cuGetProcAddress_v2(const char *name, void **entry, int version, unsigned long flags, int *status) {
    *entry = !strcmp(name, "cuInit") ? (void *)cuInit : !strcmp(name, "cuDriverGetVersion") ? (void *)cuDriverGetVersion
      : !strcmp(name, "cuGetProcAddress") ? (void *)cuGetProcAddress_v2
      : !strcmp(name, "cuGetExportTable") ? (void *)cuGetExportTable : (void *)any;
    if (status) *status = 0;
    return 0;
  }
  int cuGetProcAddress(const char *name, void **entry, int version, unsigned long flags) {
    return cuGetProcAddress_v2(name, entry, version, flags, 0);
  }`;

describe.runIf(canCompile() && hasPackages())('the real CUDA provider without a GPU', () => {
  const made = new MadeLibraries();
  const capi = path.join(kept, site, 'onnxruntime/capi');
  const [, cuda] = PROVIDER_FILES;
  let entry: ProbeEntry;

  /** An environment of links into the one that was fetched, with changes. */
  const environment = (name: string, leaveOut: readonly string[] = []): string => {
    const [ort, nvidia] = [made.at(name, site, 'onnxruntime/capi'), made.at(name, site, 'nvidia/cu13/lib')];
    for (const folder of [ort, nvidia, made.at(name, 'bin')]) mkdirSync(folder, { recursive: true });
    writeFileSync(made.at(name, 'bin/python'), '');
    for (const file of PROVIDER_FILES) symlinkSync(path.join(capi, file), path.join(ort, file));
    const runtime = path.join(kept, site, 'nvidia/cu13/lib');
    const libraries = [
      ...readdirSync(runtime)
        .filter((file) => file.includes('.so'))
        .map((file) => path.join(runtime, file)),
      made.at('cublas/libcublas.so.13'),
      made.at('cublas/libcublasLt.so.13'),
    ];
    for (const file of libraries)
      if (!leaveOut.includes(path.basename(file))) symlinkSync(file, path.join(nvidia, path.basename(file)));
    return made.at(name);
  };

  /** What a run under `auto` says of CUDA; it must have taken the CPU. */
  const whyNot = async (named: string, drivers?: string): Promise<string> => {
    const variables = drivers === undefined ? {} : { LD_LIBRARY_PATH: made.at(drivers) };
    const survey = await surveyCuda({ environment: variables, named: [named] });
    const problem = withRemedy(survey);
    const passedOver = problem === undefined ? [] : [{ name: 'cuda', reason: problem }];
    const linked = problem === undefined ? await linkCuda(survey, made.at('links'), variables) : {};
    const chosen = await chooseProvider('auto', { entry: { ...entry, environment: linked }, passedOver });
    expect(chosen.name).toBe('cpu');
    return chosen.passedOver.find(({ name }) => name === 'cuda')!.reason;
  };

  beforeAll(async () => {
    entry = {
      file: await bundleForChild(
        "import { runProbeProcess } from './extension/engine/roles/probe.js';\nvoid runProbeProcess(process.argv[2]);",
        'real-provider',
      ),
      arguments: [],
    };
    const undefinedNames = execFileSync('nm', ['-D', '--undefined-only', path.join(capi, cuda)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    // Functions that are never called; the loader wants to see their names.
    const names = [...undefinedNames.matchAll(/ (cublas\w+)/g)].map(([, name]) => `void ${name!}(void) {}`);
    made.library('cublas/libcublas.so.13', { source: names.join('\n') });
    made.library('cublas/libcublasLt.so.13', {
      source: names.filter((name) => name.includes('cublasLt')).join('\n'),
    });
    made.library('none/libcuda.so.1', { source: driver(100) });
    made.library('old/libcuda.so.1', { source: driver(0, 12_080) });
  }, 120_000);
  afterAll(() => {
    made.dispose();
    rmSync(entry.file, { force: true });
  });

  it('names its version and the CUDA that it needs', async () => {
    const survey = await surveyCuda({ environment: {}, named: [kept] });
    expect(survey).toMatchObject({ onnxruntime: onnxruntimeVersion(), cudaMajor: 13 });
    expect(survey.findings[0]).toMatchObject({ state: 'found', version: onnxruntimeVersion() });
  });

  it('says that there is no driver', async () => {
    expect(await whyNot(environment('whole'))).toBe('There is no NVIDIA driver (libcuda.so.1).');
  });

  it('loads, and says that there is no device', async () => {
    expect(await whyNot(environment('loads'), 'none')).toBe(
      'There is no CUDA device. (CUDA error 100: no CUDA-capable device is detected)',
    );
  });

  it('says that the driver is too old', async () => {
    expect(await whyNot(environment('older-driver'), 'old')).toMatch(
      /^The NVIDIA driver is too old for this CUDA\. \(CUDA error 35/,
    );
  });

  it('says which library is missing and what brings it', async () => {
    const named = environment('lacking', ['libcurand.so.10']);
    expect(await whyNot(named, 'none')).toContain('The library libcurand.so.10 is missing.');
    expect(await whyNot(named, 'none')).toContain(`${named}/bin/python -m pip install "nvidia-curand==10.*"`);
  });

  it('says that another CUDA is there', async () => {
    const named = environment('twelve', ['libcublas.so.13', 'libcublasLt.so.13', 'libcudart.so.13']);
    for (const name of ['libcublas.so.12', 'libcudart.so.12'])
      made.library(`twelve/${site}/nvidia/cublas/lib/${name}`);
    mkdirSync(made.at('twelve', site, 'nvidia_cublas_cu12-12.8.4.1.dist-info'));
    mkdirSync(made.at('twelve', site, 'nvidia_cuda_runtime_cu12-12.8.90.dist-info'));
    const said = await whyNot(named, 'none');
    expect(said).toMatch(/^The provider needs CUDA 13; .* has 12\.8/);
    expect(said).toContain('"nvidia-cublas==13.*"');
  });

  it('of another version is named, and not loaded', async () => {
    const named = environment('other');
    const file = path.join(named, site, 'onnxruntime/capi', cuda);
    rmSync(file);
    copyFileSync(path.join(capi, cuda), file);
    const [wanted, other] = [`\0${onnxruntimeVersion()}\0`, '\x001.0.99\0'];
    const at = readFileSync(file).indexOf(wanted, 0, 'latin1');
    expect(at).toBeGreaterThan(0);
    expect(other).toHaveLength(wanted.length);
    const handle = openSync(file, 'r+');
    writeSync(handle, other, at, 'latin1');
    closeSync(handle);
    expect(await whyNot(named, 'none')).toMatch(/is of onnxruntime 1\.0\.99; it must be of/);
  }, 30_000);

  it('that is cut off is named, and not loaded: that would kill the process', async () => {
    const named = environment('broken');
    const file = path.join(named, site, 'onnxruntime/capi', cuda);
    rmSync(file);
    copyFileSync(path.join(capi, cuda), file);
    truncateSync(file, 100_000_000);
    expect(await whyNot(named, 'none')).toMatch(
      /^A file of CUDA is broken: .*libonnxruntime_providers_cuda\.so is not a whole/,
    );
  }, 30_000);
});
