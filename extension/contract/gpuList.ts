import type { CudaFinding, CudaProblem, CudaSurvey, ProbedProvider } from './gpu.js';
import { toMarkdown } from './markdown.js';

/** The CUDA survey as a list, for the editor and the terminal. */
const states: Readonly<Record<CudaFinding['state'], string>> = {
  found: 'found',
  missing: 'missing',
  other: 'another version',
  broken: 'broken',
};

const providers: Readonly<Record<ProbedProvider['name'], string>> = {
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  cpu: 'CPU',
};

/** Cells of a file: name, state and note, version, path. */
export const findingCells = ({
  name,
  state,
  isNeeded,
  version,
  path,
  note,
}: CudaFinding): readonly string[] => [
  name,
  [isNeeded || state === 'found' ? states[state] : `${states[state]}, not needed to start`, note ?? '']
    .filter((text) => text !== '')
    .join('; '),
  version ?? '',
  path ?? '',
];

export const findingColumns = ['File', 'State', 'Version', 'Where'] as const;

/** One line for each provider: whether it works here, and why not. */
export const probedLine = ({ name, works, says }: ProbedProvider): string =>
  `${providers[name]}: ${works ? `works${says === '' ? '' : `, ${says}`}` : `does not work. ${says}`}`;

/** Problems that installing files would solve. */
const mendable: readonly CudaProblem[] = [
  'no-provider',
  'other-version',
  'broken-file',
  'other-cuda',
  'missing-library',
];

/**
 * Why CUDA is unavailable, with the command that installs what is missing; undefined if nothing is
 * missing.
 */
export const withRemedy = ({ problem, command }: CudaSurvey): string | undefined => {
  if (problem === undefined) return undefined;
  if (command === undefined || !mendable.includes(problem.kind)) return problem.sentence;
  return `${problem.sentence} This brings what is missing: ${command.line}`;
};

/** What to do next: the folders to approve, and the command that installs what is missing. */
export const surveyAdvice = (
  { consents, command, problem }: CudaSurvey,
  isAllowed: boolean,
): readonly string[] => [
  ...(problem === undefined ? [] : [problem.sentence]),
  ...(consents.length === 0 || isAllowed
    ? []
    : [`Files in ${consents.join(', ')} are loaded only when you allow it.`]),
  ...(command === undefined ? [] : [`What is missing in ${command.environment} comes with:`, command.line]),
];

/** The whole list as a Markdown document. */
export const gpuMarkdown = (
  survey: CudaSurvey,
  probed: readonly ProbedProvider[],
  isAllowed: boolean,
): string => {
  const [advice, line] = [surveyAdvice(survey, isAllowed), survey.command?.line];
  return [
    '# Graphics processors',
    ...probed.map((provider) => `- ${probedLine(provider)}`),
    '',
    `## CUDA files for onnxruntime ${survey.onnxruntime}${survey.cudaMajor === undefined ? '' : `, built for CUDA ${survey.cudaMajor}`}`,
    '',
    ...(survey.findings.length === 0
      ? []
      : [toMarkdown({ headings: findingColumns, rows: survey.findings.map(findingCells) }), '']),
    ...advice.flatMap((text) => (text === line ? ['```sh', text, '```', ''] : [text, ''])),
  ].join('\n');
};
