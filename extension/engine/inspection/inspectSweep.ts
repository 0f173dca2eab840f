import path from 'node:path';
import type { InspectRequest, Progress } from '../../contract/calls.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { ReportAddition, ReportHeader, Sweep, SweepCell } from '../../contract/report.js';
import { reportSchemaName } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import { reportVersions } from '../ground/versions.js';
import { throwIfCancelled } from '../ground/work/tasks.js';
import { publishedCell } from '../papers/2602.18649/published.js';
import { again } from '../ground/work/again.js';
import { besideGrid } from '../runs/besideGrid.js';
import { cellsOf, type Grid } from '../runs/grid.js';
import { keptMeasurement, measureRun, type Measured } from '../papers/2602.18649/measuredRun.js';
import { sweepProgress, type CellProgress } from '../runs/progress.js';
import { runFolder, sweepPath } from '../runs/sweepFile.js';

export interface InspectSweepOptions {
  readonly signal: AbortSignal;
  readonly onAddition: (addition: ReportAddition) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Whether models may be run: accuracies of what was not measured before are left out otherwise. */
  readonly measures: boolean;
}

/** While runs are measured, which takes minutes, others train on: the table is read again this often. */
const readAgainMs = 2000;
/** Sweeps of this name are of the paper's grid, and have its numbers beside them. */
const paper = '2602.18649';

/**
 * Inspects a folder of runs over a grid: the axes, where each run stands, and the reconstructions of finished runs.
 * What was measured before comes at once; the rest is measured run by run.
 * @throws GeometryError `cancelled`, and what reading the runs' files throws.
 */
export const inspectSweep = async (
  { path: folder, settings, cacheFolder }: InspectRequest,
  grid: Grid,
  { signal, onAddition, onProgress, measures }: InspectSweepOptions,
): Promise<void> => {
  const measured = new Map<string, Measured>();
  const warn = (thrown: unknown, of = folder): void => {
    const { code, message } = toErrorValue(thrown);
    onAddition({ warnings: [{ code, message, path: of }] });
  };
  const readRows = async (): Promise<CellProgress[]> => {
    const cells = cellsOf(grid);
    const beside = await besideGrid(folder, cells);
    const rows = await sweepProgress(folder, [...cells, ...beside]);
    for (const { cell, run, unreadable } of rows) {
      if (unreadable !== undefined) {
        const { code, message } = unreadable;
        onAddition({ warnings: [{ code, message, path: runFolder(folder, cell) }] });
      }
      if (measured.has(cell.name) || run?.status !== 'finished') continue;
      const kept = await keptMeasurement(runFolder(folder, cell), run, cacheFolder);
      if (kept !== undefined) measured.set(cell.name, kept);
    }
    const gridSize = cells.length;
    onAddition({
      sweepCells: rows.map((row, i) =>
        sweepCell(folder, grid, row, i < gridSize, measured.get(row.cell.name)),
      ),
    });
    return rows;
  };

  onAddition({ header: headerOf(folder, grid, settings), sweep: [axesOf(folder, grid)] });
  let rows = await readRows();
  if (!measures) return;

  const refused = new Set<string>();
  const waiting = (): { row: CellProgress; run: RunFile }[] =>
    rows.flatMap((row) =>
      row.run?.status === 'finished' && !measured.has(row.cell.name) && !refused.has(row.cell.name)
        ? [{ row, run: row.run }]
        : [],
    );
  let done = 0;
  for (let next = waiting()[0]; next !== undefined; next = waiting()[0]) {
    throwIfCancelled(signal);
    const { row, run } = next;
    const all = done + waiting().length;
    const say = (text: string, fraction: number): void =>
      onProgress?.({
        text: `Reconstructions: ${done} of ${all} runs; ${text}`,
        fraction: (done + fraction) / all,
      });
    say(row.cell.name, 0);
    const reading = again(readAgainMs, () => readRows().then(() => undefined, warn));
    try {
      const result = await measureRun(runFolder(folder, row.cell), run, cacheFolder, {
        signal,
        onProgress: ({ text, fraction }) => say(text, fraction),
      });
      measured.set(row.cell.name, result);
    } catch (thrown) {
      if (!(thrown instanceof GeometryError) || thrown.code === 'cancelled') throw thrown;
      refused.add(row.cell.name);
      warn(thrown, runFolder(folder, row.cell));
    } finally {
      await reading.end();
    }
    done++;
    rows = await readRows();
  }
};

const headerOf = (folder: string, grid: Grid, settings: InspectRequest['settings']): ReportHeader => ({
  schema: reportSchemaName,
  source: { path: folder, name: grid.name, kind: 'series' },
  settings,
  versions: reportVersions(),
  created: new Date().toISOString(),
});

const axesOf = (folder: string, grid: Grid): Sweep => ({
  name: grid.name,
  path: sweepPath(folder),
  scales: grid.scales.map(({ name }) => name),
  decays: [...grid.decays].sort((a, b) => a - b),
  seeds: grid.seeds,
  tasks: grid.tasks,
});

const sweepCell = (
  folder: string,
  grid: Grid,
  { cell, run, status, step, grokStep, unreadable }: CellProgress,
  inGrid: boolean,
  measured: Measured | undefined,
): SweepCell => {
  const { name, scale, decay, seed, tasks, config } = cell;
  const published = inGrid && grid.name === paper ? publishedCell(scale, decay) : undefined;
  return {
    ...{ name, inGrid, scale, decay, seed, tasks: [...tasks], status, step },
    ...(run === undefined && unreadable === undefined ? {} : { path: path.resolve(runFolder(folder, cell)) }),
    of: (run?.config ?? config).maxSteps,
    ...(grokStep === undefined ? {} : { grokStep }),
    chance: 1 / config.model.prime,
    ...(measured === undefined ? {} : { measured }),
    ...(published === undefined
      ? {}
      : { published: { share95: published.kStar95, share99: published.kStar99 } }),
  };
};
