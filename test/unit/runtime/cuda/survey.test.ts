import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gpuMarkdown } from '../../../../extension/contract/gpuList.js';
import { linkCuda } from '../../../../extension/engine/runtime/cuda/links.js';
import { loaderCache } from '../../../../extension/engine/runtime/cuda/loaderCache.js';
import type { Surroundings } from '../../../../extension/engine/runtime/cuda/places.js';
import { surveyCuda } from '../../../../extension/engine/runtime/cuda/survey.js';
import { canCompile, MadeLibraries, withVersion } from './compiled.js';

const VERSION = '1.30.0';
const needs = ['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudart.so.13', 'libcuda.so.1'];
const site = 'lib/python3.12/site-packages';

describe.runIf(process.platform === 'linux' && process.arch === 'x64' && canCompile())(
  'what is found of CUDA',
  () => {
    const made = new MadeLibraries();
    afterAll(() => made.dispose());
    const absent = made.at('absent');
    const survey = (surroundings: Partial<Surroundings>, driverVersionFile = absent) =>
      surveyCuda(
        { environment: {}, binding: made.at('binding'), system: made.at('system'), ...surroundings },
        { version: VERSION, platform: 'linux-x64', loaderCacheFile: absent, driverVersionFile },
      );
    const provider = (folder: string, version = VERSION): void => {
      made.library(`${folder}/libonnxruntime_providers_shared.so`);
      made.library(`${folder}/libonnxruntime_providers_cuda.so`, { source: withVersion(version), needs });
    };
    const python = (environment: string): void => {
      mkdirSync(made.at(environment, 'bin'), { recursive: true });
      writeFileSync(made.at(environment, 'bin/python'), '');
    };
    /** As pip lays them out. */
    const libraries = (environment: string, names: readonly string[], folder = 'nvidia/cu13/lib'): void => {
      for (const name of names) made.library(`${environment}/${site}/${folder}/${name}`);
    };
    const package_ = (environment: string, name: string): void =>
      void mkdirSync(made.at(environment, site, `${name}.dist-info`), { recursive: true });

    beforeAll(() => {
      made.library('binding/libonnxruntime.so.1');
      made.library('driver/libcuda.so.1');
      for (const environment of ['whole', 'lacking', 'older', 'twelve', 'broken', 'bare'])
        python(environment);
      for (const environment of ['whole', 'lacking', 'twelve', 'broken'])
        provider(`${environment}/${site}/onnxruntime/capi`);
      provider(`older/${site}/onnxruntime/capi`, '1.29.0');
      const all = needs.filter((name) => name !== 'libcuda.so.1');
      for (const environment of ['whole', 'older', 'broken']) libraries(environment, all);
      libraries('whole', ['libcudnn.so.9', 'libcudnn_ops.so.9'], 'nvidia/cudnn/lib');
      package_('whole', 'nvidia_cublas-13.4.1.3');
      libraries(
        'lacking',
        all.filter((name) => name !== 'libcurand.so.10'),
      );
      libraries('twelve', ['libcublas.so.12', 'libcublasLt.so.12', 'libcudart.so.12'], 'nvidia/cublas/lib');
      package_('twelve', 'nvidia_cublas_cu12-12.8.4.1');
      package_('twelve', 'nvidia_cuda_runtime_cu12-12.8.90');
      truncateSync(made.at('broken', site, 'onnxruntime/capi/libonnxruntime_providers_cuda.so'), 9_000);
    }, 60_000);
    const driver = { LD_LIBRARY_PATH: made.at('driver') };

    it('is complete with its versions, and the folder is asked for', async () => {
      const found = await survey({ environment: driver, pythons: [made.at('whole/bin/python')] });
      expect(found).toMatchObject({ cudaMajor: 13, consents: [made.at('whole')] });
      expect(found.problem).toBeUndefined();
      expect(found.findings.filter(({ isNeeded, state }) => isNeeded && state !== 'found')).toEqual([]);
      expect(found.findings).toContainEqual(
        expect.objectContaining({ name: 'libcublas.so.13', version: '13.4.1.3' }),
      );
      const names = found.links.map(({ name }) => name);
      expect(names[0]).toBe('libonnxruntime.so.1');
      // cuDNN opens its parts by their names, and is opened by one without a number.
      expect(names).toEqual(
        expect.arrayContaining(['libcudnn_ops.so.9', 'libcudnn.so', ...needs.slice(0, 4)]),
      );
      expect(names).not.toContain('libcuda.so.1');
    });

    it('is the environment of a folder named, of VIRTUAL_ENV, of CONDA_PREFIX, of a .venv', async () => {
      const whole = made.at('whole');
      python('project/.venv');
      provider('project/.venv/lib');
      for (const name of needs.slice(0, 4)) made.library(`project/.venv/lib/${name}`);
      for (const surroundings of [
        { named: [whole] },
        { environment: { VIRTUAL_ENV: whole } },
        { environment: { CONDA_PREFIX: whole } },
      ])
        expect((await survey(surroundings)).consents).toEqual([whole]);
      expect((await survey({ projects: [made.at('project')] })).consents).toEqual([made.at('project/.venv')]);
      expect(
        (await survey({ environment: driver, projects: [absent], pythons: ['/nowhere/bin/python'] })).problem,
      ).toMatchObject({ kind: 'no-provider' });
      expect((await survey({})).problem).toMatchObject({ kind: 'no-driver' });
    });

    it('is asked for no folder where the loader finds the files', async () => {
      const folders = [
        ...['cu13', 'cudnn'].map((name) => made.at('whole', site, 'nvidia', name, 'lib')),
        made.at('driver'),
      ];
      provider('installed');
      made.library('installed/libonnxruntime.so.1');
      const found = await survey({
        environment: { LD_LIBRARY_PATH: folders.join(':') },
        binding: made.at('installed'),
        pythons: [made.at('whole')],
      });
      expect(found).toMatchObject({ consents: [], links: [] });
      expect(found.problem).toBeUndefined();
    });

    it.each([
      ['no driver', 'whole', {}, 'no-driver', 'There is no NVIDIA driver (libcuda.so.1).'],
      ['a missing library', 'lacking', driver, 'missing-library', 'The library libcurand.so.10 is missing.'],
      [
        'another version',
        'older',
        driver,
        'other-version',
        /is of onnxruntime 1\.29\.0; it must be of 1\.30\.0/,
      ],
      ['another CUDA', 'twelve', driver, 'other-cuda', /The provider needs CUDA 13; .* has 12\.8/],
      ['a broken file', 'broken', driver, 'broken-file', /is not a whole shared library/],
      ['no provider', 'bare', driver, 'no-provider', /is not installed/],
    ])('has its sentence for %s', async (_what, name, environment, kind, sentence) => {
      const { problem } = await survey({ environment, pythons: [made.at(name)] });
      expect(problem?.kind).toBe(kind);
      expect(problem?.sentence).toEqual(
        typeof sentence === 'string' ? sentence : (expect.stringMatching(sentence) as string),
      );
    });

    it('tells a driver that is too old for the provider’s CUDA', async () => {
      const file = made.at('version');
      writeFileSync(
        file,
        'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n',
      );
      const { problem } = await survey({ environment: driver, pythons: [made.at('whole')] }, file);
      expect(problem).toEqual({
        kind: 'old-driver',
        sentence: 'The NVIDIA driver 550.54.15 is too old: CUDA 13 needs 580 or later.',
      });
    });

    it('ends with the command that brings what is missing, for that environment', async () => {
      const command = async (name: string) =>
        (await survey({ environment: driver, pythons: [made.at(name)] })).command?.line;
      const pip = (name: string): string => `${made.at(name)}/bin/python -m pip install `;
      expect(await command('lacking')).toContain(`${pip('lacking')}"nvidia-curand==10.*"`);
      expect(await command('older')).toContain(
        `${pip('older')}onnxruntime-gpu==1.30.0 "nvidia-cublas==13.*"`,
      );
      const twelve = await command('twelve');
      expect(twelve).toContain('"nvidia-cublas==13.*"');
      expect(twelve?.match(/nvidia-cublas==/g)).toHaveLength(1);
      writeFileSync(made.at('bare/pyvenv.cfg'), 'home = /usr/bin\nuv = 0.9.1\n');
      expect(await command('bare')).toContain(
        `uv pip install --python ${made.at('bare')}/bin/python onnxruntime-gpu`,
      );
    });

    it('sees the packages of the environment below, where this one does', async () => {
      python('above');
      writeFileSync(
        made.at('above/pyvenv.cfg'),
        `home = ${made.at('whole')}/bin\ninclude-system-site-packages = true\n`,
      );
      const found = await survey({ environment: driver, pythons: [made.at('above/bin/python')] });
      expect(found.problem).toBeUndefined();
    });

    it('is linked into one folder, from which a child’s loader takes it', async () => {
      const found = await survey({ environment: driver, pythons: [made.at('whole')] });
      const environment = await linkCuda(found, made.at('links'), driver);
      const [folder, rest] = environment.LD_LIBRARY_PATH!.split(':');
      expect(rest).toBe(made.at('driver'));
      for (const { name, path: target } of found.links)
        expect(readlinkSync(path.join(folder!, name))).toBe(target);
      // The same files again are the same folder; and with it, nothing is asked for any more.
      expect(await linkCuda(found, made.at('links'), driver)).toEqual(environment);
      expect(await survey({ environment })).toMatchObject({ consents: [], links: [] });
      expect((await survey({ environment })).problem).toBeUndefined();
    });

    it('is a list that can be read', async () => {
      const found = await survey({ environment: driver, pythons: [made.at('lacking')] });
      const text = gpuMarkdown(found, [{ name: 'cuda', works: false, says: found.problem!.sentence }], false);
      expect(text).toContain('- CUDA: does not work. The library libcurand.so.10 is missing.');
      expect(text).toMatch(/\| libcurand\.so\.10 \| missing \|/);
      expect(text).toContain(`\`\`\`sh\n${found.command!.line}\n\`\`\``);
    });

    it('says on other platforms that there is none', async () => {
      const { problem } = await surveyCuda(
        { environment: {} },
        { platform: 'darwin-arm64', version: VERSION },
      );
      expect(problem).toMatchObject({ kind: 'platform' });
    });
  },
);

describe.runIf(existsSync('/etc/ld.so.cache') && spawnSync('/sbin/ldconfig', ['-p']).status === 0)(
  'the loader’s cache',
  () => {
    it('has what ldconfig prints', async () => {
      const text = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
      const printed = [...text.matchAll(/^\s+(\S+) \(.*\) => (.+)$/gm)];
      const cache = await loaderCache();
      expect(cache.size).toBeGreaterThan(0);
      for (const [, name] of printed) expect(cache.has(name!)).toBe(true);
      for (const [name, file] of cache)
        expect(printed.some(([, other, where]) => other === name && where === file)).toBe(true);
    });

    it('is empty where it is no such cache', async () => {
      expect((await loaderCache('/etc/passwd')).size).toBe(0);
      expect(readFileSync('/etc/passwd').length).toBeGreaterThan(0);
    });
  },
);
