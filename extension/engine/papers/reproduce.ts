import { cpus } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import type { Progress } from '../../contract/calls.js';
import { inspectSettingsSchema, type ReportAddition, type SweepTable } from '../../contract/report.js';
import type { ProviderName } from '../../contract/run.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { reportVersions } from '../ground/versions.js';
import { cellsOf, type Cell } from '../runs/grid.js';
import { runSweep } from '../runs/runSweep.js';
import { beginOrAddSeeds, runFolder } from '../runs/sweepFile.js';
import type { Launcher, RunEvents } from '../../queue/launcher.js';
import { analysisOf, readAnalysis } from './keptAnalysis.js';
import { markdown } from './markdown.js';
import { allRuns, type CellResult, type Paper, type Plan } from './paper.js';
import { sweepAxes, sweepHeader, sweepResults, sweepSections } from './sweepReport.js';

export interface ReproduceOptions {
  readonly paper: Paper;
  readonly plan: Plan;
  readonly out: string;
  readonly provider: ProviderName;
  /** How the runs are trained. Default: in this process, one after another. */
  readonly launcher: Launcher;
  /** The command that continues with the whole grid. */
  readonly command: string;
  /** One page that shows a report. */
  readonly page: (report: ReportAddition) => Promise<string>;
  readonly signal: AbortSignal;
  readonly onRun: (cell: Cell, folder: string) => RunEvents;
  readonly onProgress: (progress: Progress) => void;
}

/** `results.json`: the complete input of the tables. */
export interface Results {
  readonly schema: 'weight-geometry/reproduction@1';
  readonly paper: string;
  readonly choices: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: string;
  /** ISO 8601. */
  readonly created: string;
  /** The command that continues with the missing measurements. */
  readonly command: string;
  readonly cells: readonly CellResult[];
  readonly tables: readonly SweepTable[];
}

/** The output files of a reproduction, beside `sweep.json` and the runs. */
export const outputs = { markdown: 'tables.md', json: 'results.json', page: 'report.html' } as const;

/**
 * Trains the runs of a paper, measures each when it ends, and writes measured | published | null as Markdown,
 * JSON and the panel's page after every run. Finished runs and measurements are kept: the same call continues
 * where it was stopped.
 * @throws GeometryError `cancelled`, and errors of training and reading.
 */
export const reproduce = async (asked: ReproduceOptions): Promise<Results> => {
  const grid = await beginOrAddSeeds(asked.out, asked.plan.grid);
  const options: ReproduceOptions = { ...asked, plan: { ...asked.plan, grid } };
  const { paper, plan, out, provider, launcher, signal, onRun, onProgress } = options;
  let results = await collect(options);
  for (const runs of [plan.runs, plan.then ?? []]) {
    await runSweep(out, runs, {
      ...{ signal, provider, launcher, onRun },
      onEnded: async (cell, run) => {
        await analysisOf(paper, runFolder(out, cell), run, { signal, onProgress });
        results = await collect(options);
        await write(options, results);
      },
    });
  }
  return results;
};

/** Every run from its folder; missing measurements stay missing. */
const collect = async ({ paper, plan, out, command }: ReproduceOptions): Promise<Results> => {
  const cells: CellResult[] = [];
  const ofGrid = new Set(cellsOf(plan.grid).map(({ name }) => name));
  const beside = allRuns(plan).filter(({ name }) => !ofGrid.has(name));
  for (const result of await sweepResults(out, plan.grid, beside)) {
    const { run, cell } = result;
    const analysis =
      run?.status === 'finished' ? await readAnalysis(paper, runFolder(out, cell), run) : undefined;
    cells.push(analysis === undefined ? result : { ...result, analysis });
  }
  const [first] = cpus();
  return {
    schema: 'weight-geometry/reproduction@1',
    paper: paper.id,
    choices: paper.choices(plan.grid),
    versions: reportVersions(),
    machine: `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`,
    created: new Date().toISOString(),
    command,
    cells,
    tables: paper.tables(cells),
  };
};

const write = async ({ paper, plan, out, page }: ReproduceOptions, results: Results): Promise<void> => {
  await writeAtomically(path.join(out, outputs.json), `${JSON.stringify(results, undefined, 1)}\n`);
  await writeAtomically(path.join(out, outputs.markdown), `${markdown(results)}\n`);
  const report: ReportAddition = {
    header: sweepHeader(path.resolve(out), plan.grid, v.parse(inspectSettingsSchema, {})),
    sweep: [sweepAxes(out, plan.grid, paper)],
    ...sweepSections(out, plan.grid, paper, results.cells),
  };
  await writeAtomically(path.join(out, outputs.page), await page(report));
};
