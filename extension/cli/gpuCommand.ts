import path from 'node:path';
import type { ProbedProvider } from '../contract/gpu.js';
import { findingCells, findingColumns, probedLine, surveyAdvice } from '../contract/gpuList.js';
import { engineProbeEntry, probeAll } from '../engine/runtime/providers.js';
import { writeOutput } from '../disk/atomicFile.js';
import { checkOutput } from '../disk/outputs.js';
import { makeFolder } from '../disk/folders.js';
import type { CheckedProvider } from '../contract/gpuCheck.js';
import { oneOf, parsed } from './arguments.js';
import { UsageError, type Command, type CommandConsole } from './command.js';
import { cudaFromHelp, openCudaFolder, type CudaFolder } from './cudaFolder.js';
import { hasPeers } from './bench/pythonPeer.js';
import { checkGpu } from './gpuCheck.js';
import { textTable } from '../text/textTable.js';

const usage = `Usage: weight-geometry gpu [--cuda-from DIR] [--json FILE]
       weight-geometry gpu --check --out DIR [--providers LIST] [--preset NAME] [--python FILE] [--cuda-from DIR]

Says which providers work here, where the files of CUDA lie, which are missing and what brings them. Looks beside
onnxruntime's binding, in DIR, in the Python environments of VIRTUAL_ENV, CONDA_PREFIX and ./.venv, in /usr/local/cuda*
and where the loader looks. Nothing of Python is run; files of an environment are loaded with --cuda-from alone.

  --cuda-from DIR        ${cudaFromHelp}
  --json FILE            write the list as JSON; - writes it to standard output

With --check it measures each provider that works, and writes DIR/gpu.md as it goes, a table to paste into an issue:
device, versions, differences from PyTorch's numbers, steps per second of 1, 4, 16 and 64 replicas, evaluation, memory, a
run that is killed and resumed, a preset until it groks. It takes minutes; on an adapter in software, an hour.

  --out DIR              where the table and the runs go; made when absent
  --providers LIST       of cpu, webgpu, cuda, separated by commas (default: all)
  --preset NAME          the preset that is trained until it groks (default: tiny)
  --python FILE          an interpreter with PyTorch, measured beside (from a checkout of the repository)
`;

const options = {
  'cuda-from': { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'string' },
  check: { type: 'boolean', default: false },
  out: { type: 'string' },
  providers: { type: 'string', default: 'cpu,webgpu,cuda' },
  preset: { type: 'string', default: 'tiny' },
  python: { type: 'string' },
} as const;

const checkable = ['cpu', 'webgpu', 'cuda'] as const;

const providersNamed = (text: string): readonly CheckedProvider[] =>
  text.split(',').map((name) => oneOf('A provider of --providers', name.trim(), checkable));

const requireOutput = async (out: string | undefined): Promise<void> => {
  if (out === undefined) throw new UsageError('Say where the table goes: --out DIR.');
  await makeFolder(out);
};

const list = ({ survey, isAllowed }: CudaFolder, probed: readonly ProbedProvider[]): string =>
  [
    ...probed.map(probedLine),
    '',
    `CUDA files for onnxruntime ${survey.onnxruntime}${survey.cudaMajor === undefined ? '' : `, built for CUDA ${survey.cudaMajor}`}:`,
    ...(survey.findings.length === 0
      ? []
      : [
          textTable(
            findingColumns.map((title) => ({ title })),
            survey.findings.map(findingCells),
          ),
        ]),
    '',
    ...surveyAdvice(survey, isAllowed),
    '',
  ].join('\n');

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { values } = parsed(args, options);
  const { json, 'cuda-from': named } = values;
  if (values.check) await requireOutput(values.out);
  else if (values.out !== undefined) throw new UsageError('--out goes with --check.');
  if (values.python !== undefined && !hasPeers()) {
    throw new UsageError(
      '--python needs the scripts in test/bench/peers of the repository, which this installation does not have.',
    );
  }
  if (json !== undefined && json !== '-') await checkOutput(json);
  const cuda = await openCudaFolder(named);
  try {
    const probed = await probeAll({ ...engineProbeEntry(), environment: cuda.environment }, cuda.survey);
    if (values.check && values.out !== undefined) {
      const file = path.join(values.out, 'gpu.md');
      const table = await checkGpu({
        ...{ out: values.out, preset: values.preset, bundle: engineProbeEntry().file, probed },
        ...(values.python === undefined ? {} : { python: values.python }),
        ...{
          providers: providersNamed(values.providers),
          survey: cuda.survey,
          environment: cuda.environment,
        },
        say: (line) => console.error(`${line}\n`),
        save: (text) => writeOutput(file, text),
      });
      console.out(table);
      return 0;
    }
    const document = `${JSON.stringify({ survey: cuda.survey, providers: probed }, null, 1)}\n`;
    if (json !== undefined && json !== '-') await writeOutput(json, document);
    console.out(json === '-' ? document : list(cuda, probed));
    return 0;
  } finally {
    await cuda.dispose();
  }
};

/** The available providers, and what is missing for the others. */
export const gpuCommand: Command = {
  name: 'gpu',
  summary: 'which graphics processors work here, and what CUDA lacks',
  usage,
  options,
  run,
};
