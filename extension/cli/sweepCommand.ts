import { parseArgs } from 'node:util';
import { GeometryError } from '../contract/errors.js';
import { providerNames, type ProviderName } from '../contract/run.js';
import { cellsOf } from '../engine/sweeps/grid.js';
import { readGrid } from '../engine/sweeps/gridFile.js';
import { sweepProgress, type CellProgress } from '../engine/sweeps/progress.js';
import { runSweep } from '../engine/sweeps/runSweep.js';
import { beginSweep, readSweep } from '../engine/sweeps/sweepFile.js';
import { UsageError, type Command, type CommandConsole } from './command.js';
import { textTable } from './textTable.js';
import { trainProgress } from './trainProgress.js';

const usage = `Usage: weight-geometry sweep GRID.json --out DIR [--provider NAME]
       weight-geometry sweep --out DIR [--status]

Trains every run of a grid (scales × decays × seeds × tasks) one after another. DIR/sweep.json holds the grid,
DIR/runs/NAME the runs, each an ordinary run directory. The same command goes on where it was stopped.

GRID.json: { "name", "base": a run's configuration, "scales": [{ "name", "model" }], "decays": [0.1, 1],
"seeds": [42], "tasks": [["add", "mul"]] }

  --out DIR        the sweep's folder; made when absent
  --status         print the table of progress and train nothing
  --provider NAME  auto (default), cpu, webgpu or cuda
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
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const isProvider = (name: string): name is ProviderName =>
  (providerNames as readonly string[]).includes(name);

const table = (progress: readonly CellProgress[]): string =>
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
  const { out, provider, status } = values;
  const [file, ...extra] = positionals;
  if (extra.length > 0) throw new UsageError(`One grid at a time; ${extra.join(' ')} is left over.`);
  if (out === undefined) throw new UsageError('Say where the sweep is: --out DIR.');
  if (!isProvider(provider)) throw new UsageError(`--provider is one of ${providerNames.join(', ')}.`);
  const grid = file === undefined ? await readSweep(out) : await readGrid(file);
  if (grid === undefined) throw new GeometryError('not-found', `${out} holds no sweep: name its grid.`);
  const cells = cellsOf(grid);
  if (!status) {
    await beginSweep(out, grid);
    await runSweep(out, cells, {
      signal: console.signal,
      provider,
      onRun: ({ name, config }) => {
        console.error(`${name}\n`);
        return trainProgress(console, config.maxSteps).events;
      },
      onEnded: async () => console.error(`${table(await sweepProgress(out, cells))}\n`),
    });
  }
  console.out(`${table(await sweepProgress(out, cells))}\n`);
  return 0;
};

export const sweepCommand: Command = {
  name: 'sweep',
  summary: 'a grid of runs: scales, decays, seeds, tasks',
  usage,
  run,
};
