import type { ProbedProvider } from '../contract/gpu.js';
import { findingCells, findingColumns, probedLine, surveyAdvice } from '../contract/gpuList.js';
import { engineProbeEntry, probeAll } from '../engine/runtime/providers.js';
import { writeOutput } from '../disk/atomicFile.js';
import { checkOutput } from '../disk/outputs.js';
import { parsed } from './arguments.js';
import type { Command, CommandConsole } from './command.js';
import { cudaFromHelp, openCudaFolder, type CudaFolder } from './cudaFolder.js';
import { textTable } from '../text/textTable.js';

const usage = `Usage: weight-geometry gpu [--cuda-from DIR] [--json FILE]

Says which providers work here, where the files of CUDA lie, which are missing and what brings them. Looks beside
onnxruntime's binding, in DIR, in the Python environments of VIRTUAL_ENV, CONDA_PREFIX and ./.venv, in /usr/local/cuda*
and where the loader looks. Nothing of Python is run; files of an environment are loaded with --cuda-from alone.

  --cuda-from DIR        ${cudaFromHelp}
  --json FILE            write the list as JSON; - writes it to standard output
`;

const options = {
  'cuda-from': { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'string' },
} as const;

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
  const { json, 'cuda-from': named } = parsed(args, options).values;
  if (json !== undefined && json !== '-') await checkOutput(json);
  const cuda = await openCudaFolder(named);
  try {
    const probed = await probeAll({ ...engineProbeEntry(), environment: cuda.environment }, cuda.survey);
    const document = `${JSON.stringify({ survey: cuda.survey, providers: probed }, null, 1)}\n`;
    if (json !== undefined && json !== '-') await writeOutput(json, document);
    console.out(json === '-' ? document : list(cuda, probed));
    return 0;
  } finally {
    await cuda.dispose();
  }
};

/** What can compute here, and what is missing for it. */
export const gpuCommand: Command = {
  name: 'gpu',
  summary: 'which graphics processors work here, and what CUDA lacks',
  usage,
  options,
  run,
};
