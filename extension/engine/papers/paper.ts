import type * as v from 'valibot';
import type { Progress } from '../../contract/calls.js';
import type { ErrorValue } from '../../contract/errors.js';
import type { Measurement, SweepCell, SweepTable } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import type { Cell, Grid } from '../runs/grid.js';
import type { Learnt } from '../runs/learnt.js';

/** An option of `reproduce` that one paper has. */
export interface PaperFlag {
  /** Without the dashes. */
  readonly name: string;
  /** As the help shows it: `first|mean`, `LIST`. */
  readonly value: string;
  readonly help: string;
  /** Values that are taken; of a list with commas, each. */
  readonly accepts: RegExp;
  readonly list?: true;
}

export interface PlanRequest {
  /** Only what shows the paper's pattern soon. */
  readonly quick: boolean;
  /** Seeds of every run; absent: the paper's default. */
  readonly seeds?: readonly number[];
  /** Values of the paper's flags that were given; all were accepted. */
  readonly options: Readonly<Record<string, string | undefined>>;
}

export interface Plan {
  /** All cells of the paper, those that are not trained now too. */
  readonly grid: Grid;
  /** What is trained, in this order: what takes minutes first. Runs that are not the grid's lie beside it. */
  readonly runs: readonly Cell[];
  /** What can only be trained when those have finished: runs whose interventions take a basis from another's path. */
  readonly then?: readonly Cell[];
}

/** Every run of a plan. */
export const allRuns = ({ runs, then = [] }: Plan): readonly Cell[] => [...runs, ...then];

export interface MeasureOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** One run of a reproduction: where it stands, and what was measured of it. */
export interface CellResult<A = unknown> {
  readonly cell: Cell;
  /** False for a run that lies beside the grid. */
  readonly inGrid: boolean;
  readonly status: SweepCell['status'];
  readonly step: number;
  readonly grokStep?: number;
  readonly learnt?: Learnt;
  /** Absent before the run has begun, and where its folder cannot be read. */
  readonly run?: RunFile;
  readonly unreadable?: ErrorValue;
  readonly analysis?: A;
}

/** What small multiples are drawn from. */
export type Measured = NonNullable<SweepCell['measured']>;

/** A paper that can be reproduced; `A` is what is measured of one of its runs and kept beside it. */
export interface Paper<A = unknown> {
  /** The arXiv number. */
  readonly id: string;
  readonly title: string;
  /** For the help: what is trained, and how long it takes. */
  readonly about: string;
  readonly flags: readonly PaperFlag[];
  readonly schema: v.GenericSchema<unknown, A>;
  /** @throws GeometryError `invalid-argument` where options contradict each other. */
  plan(request: PlanRequest): Plan;
  /** What was chosen where the paper leaves a choice, as the grid has it; one sentence each. */
  choices(grid: Grid): string[];
  /**
   * Measures a finished run.
   * @throws GeometryError `too-large`, `cancelled`, and what reading the run throws.
   */
  measure(folder: string, run: RunFile, options: MeasureOptions): Promise<A>;
  /** Numbers of a run beside their nulls and the published ones; the published ones alone where it was not measured. */
  measurements(result: CellResult<A>): Measurement[];
  /** Accuracy curves of a measured run. */
  curves(run: RunFile, analysis: A): Measured;
  /** Where a run stands on the paper's own axis of strength; absent: λ and the share that a step takes, as configured. */
  strength?(cell: Cell): SweepCell['strength'];
  /** The paper's tables, measured beside published and null, and what stands beside them. */
  tables(results: readonly CellResult<A>[]): SweepTable[];
}
