import type * as v from 'valibot';
import type { Progress } from '../../contract/calls.js';
import type { ErrorValue } from '../../contract/errors.js';
import type { Measurement, SweepCell, SweepTable } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import type { Cell, Grid } from '../runs/grid.js';
import type { Learnt } from '../runs/learnt.js';

/** An option of `reproduce` for one paper. */
export interface PaperFlag {
  /** Without the dashes. */
  readonly name: string;
  /** As shown in the help: `first|mean`, `LIST`. */
  readonly value: string;
  readonly help: string;
  /** The accepted values; for a comma-separated list, of each. */
  readonly accepts: RegExp;
  readonly list?: true;
}

export interface PlanRequest {
  /** Only the part that shows the paper's pattern soon. */
  readonly quick: boolean;
  /** Seeds of every run. Default: the paper's. */
  readonly seeds?: readonly number[];
  /** Values of the given flags of the paper, already validated. */
  readonly options: Readonly<Record<string, string | undefined>>;
}

export interface Plan {
  /** All cells of the paper, including those that are not trained now. */
  readonly grid: Grid;
  /** The runs to train, in order: those of minutes first. Runs outside the grid lie beside it. */
  readonly runs: readonly Cell[];
  /**
   * Runs that can only be trained after those: their interventions use a basis from another run's trajectory.
   */
  readonly then?: readonly Cell[];
}

/** Every run of a plan. */
export const allRuns = ({ runs, then = [] }: Plan): readonly Cell[] => [...runs, ...then];

export interface MeasureOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** One run of a reproduction: its state, and its measurements. */
export interface CellResult<A = unknown> {
  readonly cell: Cell;
  /** False for a run that lies beside the grid. */
  readonly inGrid: boolean;
  readonly status: SweepCell['status'];
  readonly step: number;
  readonly grokStep?: number;
  readonly learnt?: Learnt;
  /** Absent before the run begins, and if its folder cannot be read. */
  readonly run?: RunFile;
  readonly unreadable?: ErrorValue;
  readonly analysis?: A;
}

/** The data of small multiples. */
export type Measured = NonNullable<SweepCell['measured']>;

/** A paper that can be reproduced; `A` is the type of a run's saved measurements. */
export interface Paper<A = unknown> {
  /** The arXiv number. */
  readonly id: string;
  readonly title: string;
  /** For the help: what is trained, and how long it takes. */
  readonly about: string;
  readonly flags: readonly PaperFlag[];
  readonly schema: v.GenericSchema<unknown, A>;
  /** @throws GeometryError `invalid-argument` for contradicting options. */
  plan(request: PlanRequest): Plan;
  /** The choices where the paper leaves one, for this grid; one sentence each. */
  choices(grid: Grid): string[];
  /**
   * Measures a finished run.
   * @throws GeometryError `too-large`, `cancelled`, and errors of reading the run.
   */
  measure(folder: string, run: RunFile, options: MeasureOptions): Promise<A>;
  /**
   * The numbers of a run with their nulls and published values; only published values if it was not measured.
   */
  measurements(result: CellResult<A>): Measurement[];
  /** Accuracy curves of a measured run. */
  curves(run: RunFile, analysis: A): Measured;
  /**
   * The position of a run on the paper's own axis of strength. Default: λ and the share that a step removes, as
   * configured.
   */
  strength?(cell: Cell): SweepCell['strength'];
  /** The paper's tables: measured, published and null values, and the notes. */
  tables(results: readonly CellResult<A>[]): SweepTable[];
}
