import { cpus } from 'node:os';
import path from 'node:path';
import type { Progress } from '../../../contract/calls.js';
import type { ProviderName } from '../../../contract/run.js';
import { GeometryError } from '../../../contract/errors.js';
import { reportVersions } from '../../ground/versions.js';
import type { Cell } from '../../runs/grid.js';
import { runSweep, type SweepOptions } from '../../runs/runSweep.js';
import { beginSweep, runFolder } from '../../runs/sweepFile.js';
import { readRunFile } from '../../training/run/runDirectory.js';
import type { RunEvents } from '../../training/trainer/train.js';
import { writeAtomically } from '../../../disk/atomicFile.js';
import { analysisOf, readAnalysis } from './keptAnalysis.js';
import { markdown } from './markdown.js';
import { page } from './page.js';
import { planOf, wholeGrid, type Choices, type Part, type Plan } from './plan.js';
import { cellResult, type CellResult, type Results } from './results.js';

export interface ReproduceOptions {
  readonly out: string;
  readonly choices: Choices;
  /** Of the paper's grid. */
  readonly part: Part;
  readonly provider: ProviderName;
  /** How the runs are trained, where not in this process one after the other. */
  readonly training?: Pick<SweepOptions, 'jobs' | 'trainRun'>;
  /** The command that goes on with the whole grid. */
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onRun: (cell: Cell, folder: string) => RunEvents;
  readonly onProgress: (progress: Progress) => void;
}

/** What a reproduction leaves in its folder, beside `sweep.json` and the runs. */
export const outputs = { markdown: 'tables.md', json: 'results.json', page: 'report.html' } as const;

/**
 * Trains the runs of 2602.18649, measures each when it ends, and writes measured | published | null as Markdown, JSON and
 * a page after every run. Finished runs and measurements are kept: the same call goes on where it was stopped.
 * @throws GeometryError `cancelled`, and what training and reading throw.
 */
export const reproduce = async (options: ReproduceOptions): Promise<Results> => {
  const { out, choices, part, provider, training, signal, onRun, onProgress } = options;
  const plan = planOf(choices, part);
  await beginSweep(out, plan.grid);
  let results = await collect(options, plan);
  await runSweep(out, runsOf(plan), {
    ...training,
    ...{ signal, provider, onRun },
    onEnded: async (cell, run) => {
      await analysisOf(runFolder(out, cell), run, { signal, onProgress });
      results = await collect(options, plan);
      await write(out, results);
    },
  });
  return results;
};

/** In the order in which they are trained: what takes minutes first. */
export const runsOf = ({ singles, control, gridCells }: Plan): Cell[] => [...singles, control, ...gridCells];

/** Every run as its folder says; nothing is filled in that was not measured. */
const collect = async (options: ReproduceOptions, plan: Plan): Promise<Results> => {
  const found = async (cell: Cell): Promise<CellResult> => {
    const folder = runFolder(options.out, cell);
    try {
      const run = await readRunFile(folder);
      return cellResult(cell, run, run && (await readAnalysis(folder, run)));
    } catch (thrown) {
      if (!(thrown instanceof GeometryError)) throw thrown;
      return cellResult(cell, undefined, undefined, thrown.message);
    }
  };
  const [first] = cpus();
  const whole = planOf(options.choices, wholeGrid);
  return {
    schema: 'weight-geometry/reproduction@1',
    paper: '2602.18649',
    choices: options.choices,
    versions: reportVersions(),
    machine: `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`,
    created: new Date().toISOString(),
    command: options.command,
    grid: await Promise.all(whole.gridCells.map(found)),
    singles: await Promise.all(plan.singles.map(found)),
    control: await found(plan.control),
  };
};

const write = async (out: string, results: Results): Promise<void> => {
  await writeAtomically(path.join(out, outputs.json), `${JSON.stringify(results, undefined, 1)}\n`);
  await writeAtomically(path.join(out, outputs.markdown), `${markdown(results)}\n`);
  await writeAtomically(path.join(out, outputs.page), page(results));
};
