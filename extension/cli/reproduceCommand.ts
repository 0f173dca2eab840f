import path from 'node:path';
import { printableLine } from '../contract/printable.js';
import { GeometryError } from '../contract/errors.js';
import { providerNames } from '../contract/run.js';
import { allRuns, type Paper, type PaperFlag } from '../engine/papers/paper.js';
import { outputs, reproduce } from '../engine/papers/reproduce.js';
import { paperOf, papers } from '../engine/papers/table.js';
import { sideBySide } from '../engine/runs/sideBySide.js';
import { makeFolder } from '../disk/folders.js';
import { didYouMean } from '../engine/ground/nearest.js';
import { parsed, type Options } from './arguments.js';
import { cudaFromHelp } from './cudaFolder.js';
import { UsageError, type Command, type CommandConsole } from './command.js';
import { htmlReport } from '../disk/htmlReport.js';
import { providerNamed, wholeNumber } from './options.js';
import { progressLine } from './progressLine.js';
import { launcherFor } from './launchers.js';
import { textTable } from '../text/textTable.js';
import { trainProgress } from './trainProgress.js';

const optionLine = (name: string, help: string): string => `  ${name.padEnd(20)} ${help}`;
const paperHelp = ({ id, title, about, flags }: Paper): string =>
  [
    `${id} (${title}): ${about}`,
    '',
    ...flags.map(({ name, value, help }) => optionLine(`--${name} ${value}`, help)),
  ].join('\n');

const usage = `Usage: weight-geometry reproduce ARXIV_ID [--quick] [--seeds LIST] --out DIR [OPTIONS]

Trains the runs of a paper, measures each, and writes measured | published | null into DIR: tables.md,
results.json and report.html. What was not measured stays open. The same command goes on where it was stopped.

${[
  optionLine('--out DIR', 'where the runs and the tables go; made when absent'),
  optionLine('--quick', 'only the runs that show the paper’s pattern soonest'),
  optionLine(
    '--seeds LIST',
    'seeds of the weights, the batches and the split of every run, separated by commas',
  ),
  optionLine('--provider NAME', 'auto (default), cpu, webgpu or cuda'),
  optionLine('--cuda-from DIR', cudaFromHelp),
  optionLine(
    '--jobs N',
    'runs at once (default: on the CPU one per core; on a GPU as many as a short trial finds fastest)',
  ),
].join('\n')}

${papers.map(paperHelp).join('\n\n')}
`;

const commonOptions = {
  out: { type: 'string' },
  quick: { type: 'boolean' },
  seeds: { type: 'string' },
  jobs: { type: 'string' },
  provider: { type: 'string', default: 'auto' },
  'cuda-from': { type: 'string', multiple: true },
} as const;

const optionsOf = (chosen: readonly Paper[]): Options => ({
  ...commonOptions,
  ...Object.fromEntries(chosen.flatMap(({ flags }) => flags.map(({ name }) => [name, { type: 'string' }]))),
});

/** The paper is named first: it determines the flags. */
const parse = (args: readonly string[]) => {
  const paper = chosenPaper(args);
  const { values, positionals } = parsed(args, optionsOf([paper]));
  return { paper, values: values as Readonly<Record<string, string | boolean | undefined>>, positionals };
};

const chosenPaper = (args: readonly string[]): Paper => {
  const named = args.find((arg) => paperOf(arg) !== undefined);
  if (named !== undefined) return paperOf(named)!;
  const known = papers.map(({ id }) => id).join(', ');
  const [first] = args.filter((arg) => !arg.startsWith('-'));
  throw new UsageError(
    first === undefined
      ? 'Name a paper by its arXiv number.'
      : `${first} is not one of the papers that can be reproduced: ${known}.${didYouMean(
          first,
          papers.map(({ id }) => id),
        )}`,
  );
};

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** The value of a paper's flag; undefined if not given. */
const accepted = ({ name, value: shown, accepts, list }: PaperFlag, given: string | undefined) => {
  const parts = given === undefined ? [] : list ? given.split(',') : [given];
  if (!parts.every((part) => accepts.test(part))) {
    throw new UsageError(`--${name} takes ${shown}, not ${given}.`);
  }
  return given;
};

const seedsOf = (list: string | undefined): readonly number[] | undefined => {
  const seeds = list?.split(',');
  if (
    seeds?.every((seed) => /^\d{1,9}$/.test(seed)) === false ||
    new Set(seeds).size !== (seeds?.length ?? 0)
  ) {
    throw new UsageError('--seeds takes whole numbers separated by commas, each once.');
  }
  return seeds?.map(Number);
};

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { paper, values, positionals } = parse(args);
  if (positionals.length > 1) {
    throw new UsageError(`One paper at a time; ${positionals.slice(1).join(' ')} is left over.`);
  }
  const out = text(values.out);
  if (out === undefined) throw new UsageError('Say where the runs go: --out DIR.');
  const provider = providerNamed(text(values.provider) ?? 'auto');
  const asked = wholeNumber('--jobs', text(values.jobs));
  const seeds = seedsOf(text(values.seeds));
  const options = Object.fromEntries(
    paper.flags.map((flag) => [flag.name, accepted(flag, text(values[flag.name]))]),
  );
  const plan = paper.plan({ quick: values.quick === true, options, ...(seeds ? { seeds } : {}) });
  if (plan.runs.length === 0) throw new GeometryError('invalid-argument', 'No run is left by these options.');
  // Before the trial for the best number of concurrent runs, which takes a minute. Some folders only look
  // writable.
  await makeFolder(out);
  const progress = progressLine(console);
  const shared = await sideBySide(
    provider,
    allRuns(plan).map(({ config }) => config),
    { jobs: asked },
  );
  const { tables } = await reproduce({
    ...{ paper, plan, out, provider, page: htmlReport },
    launcher: launcherFor(shared),
    command: goingOn(paper, out, values),
    signal: console.signal,
    onRun: ({ name, config }, folder) => {
      console.error(`${printableLine(`${name}: ${folder}`)}\n`);
      return trainProgress(console, config.maxSteps, shared.jobs === 1 ? undefined : name).events;
    },
    onProgress: progress.show,
  });
  progress.clear();
  for (const { title, columns, rows, notes } of tables) {
    const titles = columns.map((column) => ({ title: column }));
    console.out(`${title}\n\n${textTable(titles, rows)}\n\n${notes.join('\n')}\n\n`);
  }
  for (const name of Object.values(outputs)) console.out(`${printableLine(path.resolve(out, name))}\n`);
  return 0;
};

/** The command for the rest of the grid; named parts are not repeated. */
const goingOn = (
  { id, flags }: Paper,
  out: string,
  values: Readonly<Record<string, string | boolean | undefined>>,
): string => {
  const kept = ['seeds', ...flags.filter(({ list }) => !list).map(({ name }) => name)];
  const given = kept.flatMap((name) =>
    text(values[name]) === undefined ? [] : [`--${name} ${text(values[name])}`],
  );
  return ['weight-geometry reproduce', id, `--out ${out}`, ...given].join(' ');
};

export const reproduceCommand: Command = {
  name: 'reproduce',
  summary: "a paper's runs and its tables: measured, published, null",
  usage,
  options: optionsOf(papers),
  values: { provider: providerNames },
  operands: papers.map(({ id }) => id),
  run,
};
