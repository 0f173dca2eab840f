import { parseArgs } from 'node:util';
import { GeometryError } from '../contract/errors.js';
import { printableLine } from '../contract/printable.js';
import { cellsOf } from '../engine/runs/grid.js';
import { readGrid } from '../engine/runs/gridFile.js';
import { sweepProgress, type CellProgress } from '../engine/runs/progress.js';
import { runSweep } from '../engine/runs/runSweep.js';
import { sideBySide } from '../engine/runs/sideBySide.js';
import { beginSweep, readSweep } from '../engine/runs/sweepFile.js';
import { UsageError, type Command, type CommandConsole } from './command.js';
import { providerNamed, wholeNumber } from './options.js';
import { textTable } from './textTable.js';
import { launcherFor } from './launchers.js';
import { trainProgress } from './trainProgress.js';

const usage = `Usage: weight-geometry sweep GRID.json --out DIR [--provider NAME] [--jobs N]
       weight-geometry sweep --out DIR [--status]

Trains every run of a grid (scales × variants × fractions × decays × tasks × seeds), several at once where that is faster. DIR/sweep.json holds
the grid, DIR/runs/NAME the runs, each an ordinary run directory. The same command goes on where it was stopped.

GRID.json: { "name", "base": a run's configuration, "scales": [{ "name", "model" }], "decays": [0.1, 1],
"seeds": [42], "tasks": [["add", "mul"]] }, and if wanted "trainFractions": [0.4, 0.5] and
"variants": [{ "name": "lrd", "set": ["lowRankDecay.lambda=0.1", "weightDecay=0"] }]: settings as --set takes them

  --out DIR        the sweep's folder; made when absent
  --status         print the table of progress and train nothing
  --provider NAME  auto (default), cpu, webgpu or cuda
  --jobs N         runs at once (default: on the CPU one per core; on a GPU as many as a short trial finds fastest)
  --rows           runs of one shape as rows of one graph (default on a GPU; on the CPU each has a process)
`;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        status: { type: 'boolean', default: false },
        provider: { type: 'string', default: 'auto' },
        jobs: { type: 'string' },
        rows: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

/** Where each run stands; under the table why one could not be read. */
const table = (progress: readonly CellProgress[]): string => {
  const faults = progress.flatMap(({ cell, unreadable }) =>
    unreadable === undefined ? [] : [`\n${cell.name}: ${unreadable.message}`],
  );
  return rowsOf(progress) + faults.join('');
};

const rowsOf = (progress: readonly CellProgress[]): string =>
  textTable(
    [
      { title: 'run' },
      { title: 'status' },
      { title: 'step', align: 'right' },
      { title: 'of', align: 'right' },
      { title: 'grokked at', align: 'right' },
    ],
    progress.map(({ cell, status, step, grokStep }) => [
      cell.name,
      status,
      String(step),
      String(cell.config.maxSteps),
      grokStep === undefined ? '–' : String(grokStep),
    ]),
  );

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { values, positionals } = parse(args);
  const { out, status } = values;
  const [file, ...extra] = positionals;
  if (extra.length > 0) throw new UsageError(`One grid at a time; ${extra.join(' ')} is left over.`);
  if (out === undefined) throw new UsageError('Say where the sweep is: --out DIR.');
  const provider = providerNamed(values.provider);
  const asked = wholeNumber('--jobs', values.jobs);
  const grid = file === undefined ? await readSweep(out) : await readGrid(file);
  if (grid === undefined) throw new GeometryError('not-found', `${out} holds no sweep: name its grid.`);
  const cells = cellsOf(grid);
  if (!status) {
    await beginSweep(out, grid);
    const left = (await sweepProgress(out, cells)).filter((row) => row.status !== 'finished');
    const configs = left.map(({ cell }) => cell.config);
    const shared = await sideBySide(provider, configs, { jobs: asked, asRows: values.rows });
    await runSweep(out, cells, {
      ...{ signal: console.signal, provider },
      launcher: launcherFor(shared),
      onRun: ({ name, config }) => {
        if (shared.jobs === 1) console.error(`${printableLine(name)}\n`);
        return trainProgress(console, config.maxSteps, shared.jobs === 1 ? undefined : name).events;
      },
      onEnded: async () => console.error(`${table(await sweepProgress(out, cells))}\n`),
    });
  }
  console.out(`${table(await sweepProgress(out, cells))}\n`);
  return 0;
};

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'a grid of runs: scales, variants, decays, seeds, tasks',
  usage,
  run,
};
