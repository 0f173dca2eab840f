import type { Amount, Measurement, SweepTable } from '../../contract/report.js';
import type { CellResult } from './paper.js';

/** What stands where nothing was measured or published. */
export const none = '–';

export const accuracy = (value: number | undefined): string =>
  value === undefined ? none : value.toFixed(3);
export const share = (value: number | undefined): string =>
  value === undefined ? none : `${(100 * value).toFixed(1)} %`;
export const whole = (value: number | undefined): string => (value === undefined ? none : String(value));

const formats: { readonly [K in Measurement['format']]: (value: number) => string } = {
  count: (value) => String(value),
  share: (value) => `${Number((100 * value).toFixed(1))} %`,
  accuracy: (value) => value.toFixed(3),
  number: (value) => value.toFixed(2),
};

export const amount = (value: Amount | undefined, format: Measurement['format']): string => {
  const say = formats[format];
  if (value === undefined) return none;
  if (typeof value === 'number') return say(value);
  return 'above' in value ? `>${say(value.above)}` : `${say(value.low)} to ${say(value.high)}`;
};

/** A run as a row names it: its size, or its tasks where it is of these alone. */
export const runName = ({ cell: { scale, tasks } }: CellResult): string =>
  tasks.length === 1 ? `${tasks[0]} alone` : scale;

/**
 * One table of measurements: for each run a row of what was measured, one for each null, and one of what is published. A
 * run that was not measured has no null either.
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
