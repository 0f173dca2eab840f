import path from 'node:path';
import type {
  InspectSettings,
  Measurement,
  ReportAddition,
  ReportHeader,
  Sweep,
  SweepCell,
} from '../../contract/report.js';
import { reportSchemaName } from '../../contract/report.js';
import type { TaskName } from '../../contract/descriptor.js';
import { memorisedShare } from '../models/tasks/mirrors.js';
import { reportVersions } from '../ground/versions.js';
import { besideGrid } from '../runs/besideGrid.js';
import { cellsOf, type Cell, type Grid } from '../runs/grid.js';
import { workPerStep } from '../../queue/sharing.js';
import { sweepProgress } from '../runs/progress.js';
import { runFolder, sweepPath } from '../runs/sweepFile.js';
import { regulariserOfConfig, strengthOfConfig } from './strength.js';
import type { CellResult, Paper } from './paper.js';

/**
 * The current state of the runs in a sweep's folder, the grid's before those beside it; no measurements.
 * @param expected runs beside the grid that are listed before they begin.
 */
export const sweepResults = async (
  folder: string,
  grid: Grid,
  expected: readonly Cell[] = [],
): Promise<CellResult[]> => {
  const cells = cellsOf(grid);
  const beside = await besideGrid(folder, [...cells, ...expected]);
  const progress = await sweepProgress(folder, [...cells, ...expected, ...beside]);
  return progress.map((each, i) => ({ ...each, inGrid: i < cells.length }));
};

export const sweepHeader = (folder: string, grid: Grid, settings: InspectSettings): ReportHeader => ({
  schema: reportSchemaName,
  source: { path: folder, name: grid.name, kind: 'series' },
  settings,
  versions: reportVersions(),
  created: new Date().toISOString(),
});

/** The axes, and the paper if the grid is a paper's. */
export const sweepAxes = (folder: string, grid: Grid, paper: Paper): Sweep => ({
  name: grid.name,
  path: sweepPath(folder),
  scales: grid.scales.map(({ name }) => name),
  ...(grid.variants === undefined ? {} : { variants: grid.variants.map(({ name }) => name) }),
  ...(grid.trainFractions === undefined ? {} : { trainFractions: grid.trainFractions }),
  decays: [...grid.decays].sort((a, b) => a - b),
  seeds: grid.seeds,
  tasks: grid.tasks,
  ...(isOf(paper, grid) ? { paper: { id: paper.id, title: paper.title, choices: paper.choices(grid) } } : {}),
});

/** Cells with their measurements; the paper's tables if the grid is the paper's. */
export const sweepSections = (
  folder: string,
  grid: Grid,
  paper: Paper,
  results: readonly CellResult[],
): ReportAddition => ({
  sweepCells: results.map((result) => sweepCell(folder, isOf(paper, grid), paper, result)),
  ...(isOf(paper, grid) ? { sweepTables: paper.tables(results) } : {}),
});

const isOf = ({ id }: Paper, { name }: Grid): boolean => id === name;

const sweepCell = (folder: string, isPapers: boolean, paper: Paper, result: CellResult): SweepCell => {
  const { cell, inGrid, run, status, step, grokStep, learnt, unreadable, analysis } = result;
  const { name, scale, variant, decay, seed, tasks, config } = cell;
  const found = paper.measurements(result);
  const strength = (isPapers ? paper.strength?.(cell) : undefined) ?? strengthOfConfig(config);
  const memorised = memorisedOf(cell);
  return {
    ...{ name, inGrid, scale, decay, seed, tasks: [...tasks], status, step },
    ...(variant === undefined ? {} : { variant }),
    ...(config.lowRankDecay === undefined ? {} : { lowRankDecay: config.lowRankDecay.lambda }),
    ...{ trainFraction: config.data.split.trainFraction, learningRate: config.learningRate },
    ...{ regulariser: regulariserOfConfig(config), split: config.data.split.method },
    ...(strength === undefined ? {} : { strength }),
    ...(memorised === undefined ? {} : { memorised }),
    ...learnt,
    ...(run === undefined && unreadable === undefined ? {} : { path: path.resolve(runFolder(folder, cell)) }),
    of: (run?.config ?? config).maxSteps,
    costPerStep: workPerStep(run?.config ?? config),
    ...(grokStep === undefined ? {} : { grokStep }),
    chance: 1 / config.model.prime,
    ...(analysis === undefined || run === undefined ? {} : { measured: paper.curves(run, analysis) }),
    measurements: isPapers ? found : analysis === undefined ? [] : found.map(withoutPublished),
  };
};

/** Commutative tasks: (a, b) and (b, a) have the same answer. */
const commutative: ReadonlySet<TaskName> = new Set(['add', 'mul', 'x2_y2', 'x2_xy_y2']);
/** By modulus and split: the cells of a sweep share a few. */
const memorised = new Map<string, number>();

const memorisedOf = ({ tasks, config: { model, data } }: Cell): number | undefined => {
  if (!tasks.every((task) => commutative.has(task))) return undefined;
  const key = JSON.stringify([model.prime, data.split]);
  const share = memorised.get(key) ?? memorisedShare(model.prime, data.split);
  memorised.set(key, share);
  return share;
};

const withoutPublished = (measurement: Measurement): Measurement => {
  const { published, ...own } = measurement;
  return published === undefined ? measurement : own;
};
