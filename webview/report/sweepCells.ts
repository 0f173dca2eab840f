import type { Measurement, Report, SweepCell } from '../../extension/contract/report.js';

export type Measured = NonNullable<SweepCell['measured']>;
export type Accuracy = Readonly<Record<string, number>>;

/** What is held fixed when runs are compared by scale and weight decay. */
export interface Slice {
  readonly seed: number;
  readonly tasks: readonly string[];
}

/** The name of a set of tasks, as in the names of runs. */
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

/** For one task, or the mean over all. */
export function accuracyOf(accuracy: Accuracy, task: string | undefined): number | undefined {
  if (task !== undefined) return accuracy[task];
  const values = Object.values(accuracy);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A measurement of a cell, by name. */
export const measurementOf = (cell: SweepCell | undefined, name: string): Measurement | undefined =>
  cell?.measurements.find((measurement) => measurement.name === name);

/** Every measurement of any cell, in order of first occurrence. */
export const measurementsOf = (cells: readonly SweepCell[]): Measurement[] => [
  ...new Map(cells.flatMap(({ measurements }) => measurements).map((each) => [each.name, each])).values(),
];

/** The names of a measurement's nulls in any cell. */
export const nullNames = (cells: readonly SweepCell[], name: string): string[] => [
  ...new Set(cells.flatMap((cell) => measurementOf(cell, name)?.nulls.map((each) => each.name) ?? [])),
];
