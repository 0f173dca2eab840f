import path from 'node:path';
import { SweepTime } from '../contract/sweepTime.js';
import { durationText } from '../contract/timeLeft.js';
import { workPerStep } from '../queue/sharing.js';
import { setTimeout } from 'node:timers/promises';
import { GeometryError } from '../contract/errors.js';
import { printableLine } from '../contract/printable.js';
import { providerNames } from '../contract/run.js';
import type { JobOptions } from '../contract/sweep.js';
import { PollPace } from '../queue/pollPace.js';
import { readSubmission, readSubmissions } from '../engine/runs/cluster/submission.js';
import {
  previewSweep,
  stopSweep,
  submitSweep,
  type SubmitOptions,
} from '../engine/runs/cluster/submitSweep.js';
import type { Scheduler } from '../engine/runs/cluster/scheduler.js';
import { sweepPlaces } from '../engine/runs/cluster/sweepPlaces.js';
import { schedulerNamed, schedulers, type Access } from '../engine/runs/cluster/table.js';
import { trainElement } from '../engine/runs/cluster/trainElement.js';
import { cellsOf, type Cell, type Grid } from '../engine/runs/grid.js';
import { readGrid } from '../engine/runs/gridFile.js';
import { sweepProgress, watchedProgress, type CellProgress } from '../engine/runs/progress.js';
import { runSweep } from '../engine/runs/runSweep.js';
import { didYouMean } from '../engine/ground/nearest.js';
import { sideBySide } from '../engine/runs/sideBySide.js';
import { beginSweep, readSweep } from '../engine/runs/sweepFile.js';
import { oneOf, parsed } from './arguments.js';
import { cudaFromHelp } from './cudaFolder.js';
import { UsageError, type Command, type CommandConsole } from './command.js';
import { providerNamed, wholeNumber } from './options.js';
import { sendRequest } from './sendRequest.js';
import { placesTable } from './sweepPlaces.js';
import { textTable } from '../text/textTable.js';
import { launcherFor } from './launchers.js';
import { trainProgress } from './trainProgress.js';

const usage = `Usage: weight-geometry sweep GRID.json --out DIR [--provider NAME] [--jobs N]
       weight-geometry sweep GRID.json --out DIR --on ${Object.keys(schedulers).join('|')} [OPTIONS]
       weight-geometry sweep --out DIR [--status [--follow] | --stop [RUN…]]

Trains every run of a grid (scales × variants × fractions × decays × tasks × seeds), several at once where that is faster. DIR/sweep.json holds
the grid, DIR/runs/NAME the runs, each an ordinary run directory. The same command goes on where it was stopped.

GRID.json: { "name", "base": a run's configuration, "scales": [{ "name", "model" }], "decays": [0.1, 1],
"seeds": [42], "tasks": [["add", "mul"]] }, and if wanted "trainFractions": [0.4, 0.5] and
"variants": [{ "name": "lrd", "set": ["lowRankDecay.lambda=0.1", "weightDecay=0"] }]: settings as --set takes them

  --out DIR        the sweep's folder; made when absent
  --status         print the table of progress and train nothing
  --provider NAME  auto (default), cpu, webgpu or cuda
  --cuda-from DIR  ${cudaFromHelp};
                   on a cluster the DIR of its machines
  --jobs N         runs at once (default: on the CPU one per core; on a GPU as many as a short trial finds fastest)
  --rows           runs of one shape as rows of one graph (default on a GPU; on the CPU each has a process)

On a cluster (DIR must be on a file system that its nodes share; the same command again submits what failed, was stopped
or lost its node, and goes on from the last checkpoints):

  --on NAME            here (default), ${Object.keys(schedulers).join(', ')}
  --gpus-per-run N     and --cpus-per-run N; on Slurm --partition NAME and --time LIMIT too: what each array element
                       asks for
  --max-at-once N      elements at work at once (default 256; Ray runs as many as it has cores)
  --rows-per-task N    runs of one shape in each element, as rows of one graph (default 1)
  --setup FILE         a shell file that each element reads first: modules, environments
  --address URL        Ray's dashboard, as http://127.0.0.1:8265: said each time, and no other place is asked
  --image NAME         and --volume CLAIM: what a manifest for Kubernetes needs; it is printed by --dry-run alone
  --dry-run            print what would be submitted, and submit nothing
  --status --follow    print the table again whenever it changes, until no run waits or trains
  --stop               stop all runs, or those named: at work they checkpoint, waiting they are taken back
`;

const options = {
  out: { type: 'string' },
  status: { type: 'boolean', default: false },
  provider: { type: 'string', default: 'auto' },
  'cuda-from': { type: 'string', multiple: true },
  jobs: { type: 'string' },
  rows: { type: 'boolean', default: false },
  on: { type: 'string', default: 'here' },
  partition: { type: 'string' },
  time: { type: 'string' },
  'gpus-per-run': { type: 'string' },
  'cpus-per-run': { type: 'string' },
  'max-at-once': { type: 'string' },
  'rows-per-task': { type: 'string' },
  setup: { type: 'string' },
  address: { type: 'string' },
  image: { type: 'string' },
  volume: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  follow: { type: 'boolean', default: false },
  stop: { type: 'boolean', default: false },
  // Options of the scripts that this command submits.
  element: { type: 'string' },
} as const;

/** The state of each run; below the table, why one could not be read. */
const table = (progress: readonly CellProgress[]): string => {
  const faults = progress.flatMap(({ cell, unreadable }) =>
    unreadable === undefined ? [] : [`\n${cell.name}: ${unreadable.message}`],
  );
  const isUnsure = progress.some(({ unsure }) => unsure);
  return rowsOf(progress) + (isUnsure ? `\n${unsureNote}` : '') + faults.join('');
};

const unsureNote = '?: held by another host, which has not been seen to work yet.';

const rowsOf = (progress: readonly CellProgress[]): string =>
  textTable(
    [
      { title: 'run' },
      { title: 'status' },
      { title: 'step', align: 'right' },
      { title: 'of', align: 'right' },
      { title: 'grokked at', align: 'right' },
    ],
    progress.map(({ cell, status, unsure, step, grokStep }) => [
      cell.name,
      unsure ? `${status}?` : status,
      String(step),
      String(cell.config.maxSteps),
      grokStep === undefined ? '–' : String(grokStep),
    ]),
  );

/** How the schedulers of a sweep are reached. */
const accessIn = ({ address }: Values): Access =>
  address === undefined ? {} : { ray: { address, send: sendRequest } };

type Values = ReturnType<typeof parsed<typeof options>>['values'];

const jobOptions = (values: Values): JobOptions => {
  const { partition, time, setup, image, volume, 'cuda-from': cudaFrom } = values;
  const gpusPerRun = wholeNumber('--gpus-per-run', values['gpus-per-run']);
  const cpusPerRun = wholeNumber('--cpus-per-run', values['cpus-per-run']);
  const maxAtOnce = wholeNumber('--max-at-once', values['max-at-once']);
  return {
    ...(partition === undefined ? {} : { partition }),
    ...(time === undefined ? {} : { time }),
    ...(gpusPerRun === undefined ? {} : { gpusPerRun }),
    ...(cpusPerRun === undefined ? {} : { cpusPerRun }),
    ...(maxAtOnce === undefined ? {} : { maxAtOnce }),
    ...(setup === undefined ? {} : { setup: path.resolve(setup) }),
    ...(cudaFrom === undefined ? {} : { cudaFrom: cudaFrom.map((folder) => path.resolve(folder)) }),
    ...(image === undefined ? {} : { image }),
    ...(volume === undefined ? {} : { volume }),
  };
};

interface Sweep {
  readonly out: string;
  readonly grid: Grid;
  readonly cells: readonly Cell[];
  readonly console: CommandConsole;
}

/** Submits to a scheduler, or prints the submission. */
const submit = async ({ out, grid, cells, console }: Sweep, values: Values): Promise<void> => {
  const wanted: SubmitOptions = {
    grid,
    scheduler: schedulerNamed(values.on, accessIn(values)),
    job: jobOptions(values),
    provider: providerNamed(values.provider),
    rowsPerTask: wholeNumber('--rows-per-task', values['rows-per-task']) ?? 1,
    // Nodes run the same files as this command, from the same shared folders.
    command: [process.execPath, __filename],
  };
  if (values['dry-run']) {
    console.out(await previewSweep(out, cells, wanted));
    return;
  }
  const submitted = await submitSweep(out, cells, wanted);
  console.error(
    submitted === 0
      ? 'Nothing is left to submit.\n'
      : `${submitted} of ${cells.length} runs submitted to ${wanted.scheduler.name}.\n`,
  );
};

const activeStates: ReadonlySet<string> = new Set(['waiting', 'starting', 'running']);

/** The state of each run, on all machines; repeated at every change if followed. */
const showPlaces = async ({ out, cells, console }: Sweep, values: Values): Promise<void> => {
  const { follow } = values;
  const named = (name: string): Scheduler => schedulerNamed(name, accessIn(values));
  const pace = new PollPace();
  let shown = '';
  for (;;) {
    const places = await sweepPlaces(out, cells, named);
    const text = `${placesTable(places)}\n`;
    if (text !== shown) console.out(text);
    const isOver = !places.some(({ state, unsure }) => activeStates.has(state) || unsure);
    if (!follow || isOver || console.signal.aborted) return;
    const answered = !places.some(({ unsure }) => unsure);
    const wait = pace.after({ answered, changed: text !== shown });
    shown = text;
    await setTimeout(wait, undefined, { signal: console.signal }).catch(() => undefined);
  }
};

/**
 * The command of an array's element: `--element SUBMISSION INDEX`, after the grid if its machine has no sweep
 * yet.
 */
const runElement = async (
  { out, cells, console }: Sweep,
  file: string,
  index: string | undefined,
): Promise<void> => {
  const submission = await readSubmission(file);
  if (index === undefined || !/^\d+$/.test(index))
    throw new UsageError('--element takes a file and an index.');
  await trainElement(out, cells, submission, Number(index), {
    ...{ signal: console.signal, provider: submission.provider },
    onRun: ({ name, config }) => trainProgress(console, config.maxSteps, name).events,
  });
};

/** How many runs have finished, and the time left at the pace since the command began. */
const timeLine = (time: SweepTime, rows: readonly CellProgress[]): string => {
  const now = Date.now();
  const runs = rows.map(({ cell: { config }, status, step }) => ({
    // Between two runs none is active, and the clock goes on.
    status: status === 'queued' ? ('running' as const) : status,
    ...{ step, of: config.maxSteps, costPerStep: workPerStep(config) },
  }));
  time.report(runs, now);
  const finished = rows.filter(({ status }) => status === 'finished').length;
  const left = finished === rows.length ? undefined : time.left(now);
  const says = left === undefined ? '' : `, about ${durationText(left, 'en')} left`;
  return `${finished} of ${rows.length} runs finished${says}`;
};

/** Trains the unfinished runs on this machine. */
const trainHere = async ({ out, cells, console }: Sweep, values: Values): Promise<void> => {
  const provider = providerNamed(values.provider);
  const asked = wholeNumber('--jobs', values.jobs);
  const left = (await sweepProgress(out, cells)).filter((row) => row.status !== 'finished');
  const configs = left.map(({ cell }) => cell.config);
  const shared = await sideBySide(provider, configs, { jobs: asked, asRows: values.rows });
  const time = new SweepTime();
  timeLine(time, await sweepProgress(out, cells));
  let shown = '';
  await runSweep(out, cells, {
    ...{ signal: console.signal, provider },
    launcher: launcherFor(shared),
    onRun: ({ name, config }) => {
      if (shared.jobs === 1) console.error(`${printableLine(name)}\n`);
      return trainProgress(console, config.maxSteps, shared.jobs === 1 ? undefined : name).events;
    },
    onEnded: async () => {
      const rows = await sweepProgress(out, cells);
      const text = `${table(rows)}\n${timeLine(time, rows)}\n`;
      // Several runs trained by other hosts can be found finished together.
      if (text !== shown) console.error(text);
      shown = text;
    },
    onWaiting: (others) =>
      console.error(
        `${others.length} ${others.length === 1 ? 'run is' : 'runs are'} trained by other hosts, and waited for.\n`,
      ),
  });
};

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { values, positionals } = parsed(args, options);
  const { out } = values;
  if (out === undefined) throw new UsageError('Say where the sweep is: --out DIR.');
  oneOf('--on', values.on, ['here', ...Object.keys(schedulers)]);
  const named = values.element !== undefined ? positionals.slice(0, -1) : values.stop ? [] : positionals;
  const [file, ...extra] = named;
  if (extra.length > 0) throw new UsageError(`One grid at a time; ${extra.join(' ')} is left over.`);
  const grid = file === undefined ? await readSweep(out) : await readGrid(file);
  if (grid === undefined) throw new GeometryError('not-found', `${out} holds no sweep: name its grid.`);
  const sweep: Sweep = { out, grid, cells: cellsOf(grid), console };
  if (values.element !== undefined) {
    if (file !== undefined) await beginSweep(out, grid);
    await runElement(sweep, values.element, positionals.at(-1));
    return 0;
  }
  if (values.stop) {
    const names = positionals.length > 0 ? positionals : undefined;
    for (const name of names ?? []) {
      const known = sweep.cells.map((cell) => cell.name);
      if (!known.includes(name)) {
        throw new UsageError(`The sweep has no run ${JSON.stringify(name)}.${didYouMean(name, known)}`);
      }
    }
    const scheduler = (name: string): Scheduler => schedulerNamed(name, accessIn(values));
    await stopSweep(out, await sweepPlaces(out, sweep.cells, scheduler), scheduler, names);
  } else if (!values.status) {
    if (!values['dry-run']) await beginSweep(out, grid);
    if (values.on !== 'here') await submit(sweep, values);
    else await trainHere(sweep, values);
    if (values['dry-run']) return 0;
  }
  // The state of a sweep without a scheduler is read from its files alone.
  if ((await readSubmissions(path.resolve(out))).length > 0) await showPlaces(sweep, values);
  else console.out(`${table(await watchedProgress(out, sweep.cells))}\n`);
  return 0;
};

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'a grid of runs: scales, variants, decays, seeds, tasks',
  usage,
  options,
  computesHere: (args) => {
    const at = args.findIndex((arg) => /^--on(?:=|$)/.test(arg));
    const machine = args[at] === '--on' ? args[at + 1] : args[at]?.slice('--on='.length);
    return machine === undefined || machine === 'here';
  },
  values: { provider: providerNames, on: ['here', ...Object.keys(schedulers)] },
  run,
};
