import type { Amount, Measurement, SweepTable } from '../../contract/report.js';
import { median } from '../../contract/median.js';
import { amount, none } from '../../text/amount.js';
import type { CellResult } from './paper.js';

export { amount, none };

export const accuracy = (value: number | undefined): string =>
  value === undefined ? none : value.toFixed(3);
export const share = (value: number | undefined): string =>
  value === undefined ? none : `${(100 * value).toFixed(1)} %`;
export const whole = (value: number | undefined): string => (value === undefined ? none : String(value));

/** A run as a row names it: its size, or its tasks if it has only these. */
export const runName = ({ cell: { scale, tasks } }: CellResult): string =>
  tasks.length === 1 ? `${tasks[0]} alone` : scale;

/**
 * One table of measurements: for each run a row of measured values, one per null, and one of published values.
 * A run that was not measured has no nulls.
 */
export const measurementTable = (
  title: string,
  runs: readonly { readonly result: CellResult; readonly measurements: readonly Measurement[] }[],
  notes: readonly string[],
): SweepTable => {
  const seeds = new Set(runs.map(({ result }) => result.cell.seed));
  const columns = runs[0]?.measurements.filter(({ table }) => table === title) ?? [];
  return {
    title,
    columns: [
      'run',
      'weight decay',
      ...(seeds.size > 1 ? ['seed'] : []),
      '',
      ...columns.map(({ name }) => name),
    ],
    rows: runs.flatMap(({ result, measurements }) => {
      const found = measurements.filter(({ table }) => table === title);
      const { decay, seed } = result.cell;
      const row = (kind: string, valueOf: (of: Measurement) => Amount | undefined): string[] => [
        ...[runName(result), String(decay), ...(seeds.size > 1 ? [String(seed)] : []), kind],
        ...found.map((of) => amount(valueOf(of), of.format)),
      ];
      const nulls = [...new Set(found.flatMap((of) => of.nulls.map(({ name }) => name)))];
      return [
        row('measured', ({ value }) => value),
        ...(found.some(({ published }) => published !== undefined)
          ? [row('published', ({ published }) => published)]
          : []),
        ...nulls.map((null_) =>
          row(`null: ${null_}`, (of) => of.nulls.find(({ name }) => name === null_)?.value),
        ),
      ];
    }),
    notes: [...notes],
  };
};

type Run = { readonly result: CellResult; readonly measurements: readonly Measurement[] };

/** Ranking: values beyond a scan are above all others, a range counts by its middle. */
const placeOf = (value: Amount): number =>
  typeof value === 'number' ? value : 'above' in value ? Infinity : (value.low + value.high) / 2;

/** Of an even number the mean of the middle two; the lower of these where one of them is no number. */
const medianOf = (sorted: readonly Amount[]): Amount => {
  const middle = [sorted[Math.ceil(sorted.length / 2) - 1]!, sorted[Math.floor(sorted.length / 2)]!];
  const numbers = middle.filter((value) => typeof value === 'number');
  return numbers.length === 2 ? median(numbers) : middle[0]!;
};

const overSeeds = (values: readonly Amount[], format: Measurement['format']): string => {
  if (values.length === 0) return none;
  // A range over tasks has no median: several of them give the range over tasks and seeds.
  const ranges = values.filter((value) => typeof value === 'object' && 'low' in value);
  if (ranges.length === values.length) {
    const low = Math.min(...ranges.map((range) => range.low));
    return amount({ low, high: Math.max(...ranges.map((range) => range.high)) }, format);
  }
  const sorted = [...values].sort((a, b) => placeOf(a) - placeOf(b));
  const [low, high] = [amount(sorted[0], format), amount(sorted.at(-1), format)];
  return low === high ? low : `${amount(medianOf(sorted), format)} (${low} to ${high})`;
};

/**
 * Median and range over the seeds of each cell that was measured with several seeds. Each null is over the same
 * runs, so that run and null are paired. None if no cell has several seeds.
 */
export const seedTable = (title: string, runs: readonly Run[]): SweepTable[] => {
  const measured = runs.filter(({ result }) => result.analysis !== undefined);
  const groups = new Map<string, Run[]>();
  for (const run of measured) {
    const key = `${runName(run.result)}|${run.result.cell.decay}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const several = [...groups.values()].filter(({ length }) => length > 1);
  const columns = several[0]?.[0]?.measurements.filter(({ table }) => table === title) ?? [];
  if (columns.length === 0) return [];
  return [
    {
      title: `${title}; median and range over seeds`,
      columns: ['run', 'weight decay', 'seeds', '', ...columns.map(({ name }) => name)],
      rows: several.flatMap((group) => {
        const { cell } = group[0]!.result;
        const named = (name: string) =>
          group.flatMap(
            // Two tables may have columns of the same name.
            ({ measurements }) =>
              measurements.find((each) => each.name === name && each.table === title) ?? [],
          );
        const row = (kind: string, valueOf: (of: Measurement) => Amount | undefined): string[] => [
          ...[runName(group[0]!.result), String(cell.decay)],
          group.map(({ result }) => result.cell.seed).join(', '),
          kind,
          ...columns.map(({ name, format }) =>
            overSeeds(
              named(name).flatMap((of) => valueOf(of) ?? []),
              format,
            ),
          ),
        ];
        const nulls = [...new Set(columns.flatMap((of) => of.nulls.map(({ name }) => name)))];
        return [
          row('measured', ({ value }) => value),
          ...nulls.map((null_) =>
            row(`null: ${null_}`, (of) => of.nulls.find(({ name }) => name === null_)?.value),
          ),
        ];
      }),
      notes: ['The nulls are of the same runs.'],
    },
  ];
};
