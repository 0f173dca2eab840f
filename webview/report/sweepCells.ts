import type { Measurement, Report, SweepCell } from '../../extension/contract/report.js';

export type Measured = NonNullable<SweepCell['measured']>;
export type Accuracy = Readonly<Record<string, number>>;

/** What is held fixed when runs are compared by scale and weight decay. */
export interface Slice {
  readonly seed: number;
  readonly tasks: readonly string[];
}

/** A name of a set of tasks, as runs have it in theirs. */
export const taskSet = (tasks: readonly string[]): string => tasks.join('+');

/** The cell of the grid at a scale and a weight decay. */
export const cellAt = (
  { sweepCells }: Pick<Report, 'sweepCells'>,
  { seed, tasks }: Slice,
  scale: string,
  decay: number,
): SweepCell | undefined =>
  sweepCells.find(
    (cell) =>
      cell.inGrid &&
      cell.scale === scale &&
      cell.decay === decay &&
      cell.seed === seed &&
      taskSet(cell.tasks) === taskSet(tasks),
  );

/** The cells of a slice, scale by scale. */
export const cellsOf = (report: Pick<Report, 'sweepCells' | 'sweep'>, slice: Slice): SweepCell[] =>
  report.sweep.flatMap(({ scales, decays }) =>
    scales.flatMap((scale) => decays.flatMap((decay) => cellAt(report, slice, scale, decay) ?? [])),
  );

/** Of one task, or the mean over all of them. */
export function accuracyOf(accuracy: Accuracy, task: string | undefined): number | undefined {
  if (task !== undefined) return accuracy[task];
  const values = Object.values(accuracy);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a cell, under a name. */
export const measurementOf = (cell: SweepCell | undefined, name: string): Measurement | undefined =>
  cell?.measurements.find((measurement) => measurement.name === name);

/** Every measurement that some cell has, in the order of the first that has it. */
export const measurementsOf = (cells: readonly SweepCell[]): Measurement[] => [
  ...new Map(cells.flatMap(({ measurements }) => measurements).map((each) => [each.name, each])).values(),
];

/** The names of the nulls that some cell has of a measurement. */
export const nullNames = (cells: readonly SweepCell[], name: string): string[] => [
  ...new Set(cells.flatMap((cell) => measurementOf(cell, name)?.nulls.map((each) => each.name) ?? [])),
];
