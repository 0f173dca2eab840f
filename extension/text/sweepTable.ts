import type { Report, SweepCell } from '../contract/report.js';
import { meanAccuracy } from '../contract/rankForAccuracy.js';
import { amount, none } from './amount.js';
import { textTable } from './textTable.js';

/** Number of measurements that fit in the table of runs: the first of each cell, in order. */
const shown = 2;

/** A sweep for a terminal: the state of each run, and its leading measurements with their nulls. */
export const sweepTable = ({ source, sweepCells }: Report): string => {
  const finished = sweepCells.filter(({ status }) => status === 'finished').length;
  const columns = columnsOf(sweepCells);
  return [
    `${source.name}: ${sweepCells.length} runs, ${finished} finished\n`,
    textTable(
      [
        { title: 'run' },
        { title: 'status' },
        { title: 'step', align: 'right' },
        { title: 'of', align: 'right' },
        { title: 'grokked at', align: 'right' },
        { title: 'test accuracy', align: 'right' },
        { title: 'by chance', align: 'right' },
        ...columns.map(({ name, ofNull }) => ({
          title: ofNull === undefined ? name : `${name}, ${ofNull}`,
          align: 'right' as const,
        })),
      ],
      sweepCells.map((cell) => row(cell, columns)),
    ),
    '',
  ].join('\n');
};

interface Column {
  readonly name: string;
  readonly ofNull?: string;
}

const columnsOf = (cells: readonly SweepCell[]): Column[] => {
  const leading = (cells.find(({ measured }) => measured) ?? cells[0])?.measurements.slice(0, shown) ?? [];
  return leading.flatMap(({ name, nulls }) => [
    { name },
    ...nulls.map((each) => ({ name, ofNull: each.name })),
  ]);
};

const row = (cell: SweepCell, columns: readonly Column[]): string[] => {
  const { name, status, step, of, grokStep, measured, measurements, chance } = cell;
  return [
    name,
    status,
    String(step),
    String(of),
    grokStep?.toString() ?? none,
    measured === undefined ? none : meanAccuracy(measured.testAccuracy).toFixed(3),
    chance.toFixed(3),
    ...columns.map((column) => {
      const found = measurements.find((each) => each.name === column.name);
      if (found === undefined) return none;
      const value =
        column.ofNull === undefined
          ? found.value
          : found.nulls.find((each) => each.name === column.ofNull)?.value;
      return amount(value, found.format);
    }),
  ];
};
