import type { Amount, Measurement, Report, SweepCell } from '../../../extension/contract/report.js';
import { measurementOf, measurementsOf, nullNames } from '../../report/sweepCells.js';
import { say, sayCount } from '../../words/say.js';
import { counted } from '../../words/counts.js';
import { integer, number, percent } from '../../words/numbers.js';

/** The axes of a sweep and how many runs they make. */
export function sweepLine({ sweep, sweepCells }: Report): string {
  const [axes] = sweep;
  if (!axes) return '';
  const inGrid = sweepCells.filter((cell) => cell.inGrid).length;
  const beside = sweepCells.length - inGrid;
  return [
    say('sweep.header', {
      runs: counted(inGrid, 'runs'),
      scales: counted(axes.scales.length, 'scales'),
      decays: counted(axes.decays.length, 'decays'),
      seeds: counted(axes.seeds.length, 'seeds'),
      tasks: counted(axes.tasks.length, 'taskSets'),
    }),
    ...(beside > 0 ? [say('sweep.beside', { n: integer(beside) })] : []),
  ].join(' · ');
}

export function runsSay(cells: readonly SweepCell[]): string {
  const [leading] = measurementsOf(cells);
  const nulls = leading === undefined ? [] : nullNames(cells, leading.name);
  return [
    say('sweep.runsSay', {
      all: counted(cells.length, 'runs'),
      finished: integer(cells.filter(({ status }) => status === 'finished').length),
      grokked: integer(
        cells.filter(({ status, grokStep }) => status === 'finished' && grokStep !== undefined).length,
      ),
    }),
    ...(nulls.length === 0 ? [] : [say('sweep.inParentheses', { nulls: nulls.join('; ') })]),
  ].join(' ');
}

/** The state of a run without a measurement. */
export const statusSays = ({ status, step }: SweepCell): string => {
  const name = say(`sweep.is.${status}`);
  const isUnderWay = status !== 'queued' && status !== 'finished';
  return isUnderWay ? say('sweep.atStep', { status: name, step: integer(step) }) : name;
};

const formats: { readonly [K in Measurement['format']]: (value: number) => string } = {
  count: integer,
  share: percent,
  accuracy: percent,
  number: (value) => number(value),
};

/** A measurement's number, or that it is beyond a scan or between two values. */
export const amountSays = (value: Amount, format: Measurement['format']): string => {
  const write = formats[format];
  if (typeof value === 'number') return write(value);
  return 'above' in value
    ? say('sweep.above', { scanned: write(value.above) })
    : say('sweep.range', { low: write(value.low), high: write(value.high) });
};

/** How many runs are measured, and what the lines of the small charts mean. */
export function panelsSay(cells: readonly SweepCell[]): string {
  const all = integer(cells.length);
  const measured = cells.filter((cell) => cell.measured);
  const [first] = measured;
  if (!first) return sayCount('sweep.noneMeasured', cells.length, { all });
  return [
    sayCount('sweep.measuredSay', cells.length, { measured: integer(measured.length), all }),
    ...leadSays(cells),
    say('sweep.linesSay', { chance: percent(first.chance) }),
  ].join(' ');
}

/** The first measurement over all measured runs that grok, with its nulls. */
function leadSays(cells: readonly SweepCell[]): string[] {
  const grokked = cells.filter((cell) => cell.measured && cell.grokStep !== undefined);
  const lead = grokked[0]?.measurements[0];
  if (!lead) return [say('sweep.noneGrok')];
  const spread = (values: readonly (Amount | undefined)[]): string =>
    rangeOf(
      values.flatMap((value) => (value === undefined ? [] : [value])),
      lead.format,
    );
  const found = grokked.flatMap((cell) => measurementOf(cell, lead.name) ?? []);
  return [
    say('sweep.leadSays', {
      name: lead.name,
      values: spread(found.map(({ value }) => value)),
      nulls: nullNames(grokked, lead.name)
        .map((of) =>
          say('sweep.nullSays', {
            name: of,
            values: spread(found.map(({ nulls }) => nulls.find(({ name }) => name === of)?.value)),
          }),
        )
        .join('; '),
    }),
  ];
}

/** The lowest and the highest of several amounts; values beyond a scan are above all others. */
function rangeOf(amounts: readonly Amount[], format: Measurement['format']): string {
  const place = (value: Amount): number =>
    typeof value === 'number' ? value : 'above' in value ? Infinity : value.low;
  const sorted = [...amounts].sort((a, b) => place(a) - place(b));
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) return say('sweep.notMeasured');
  const [from, to] = [amountSays(low, format), amountSays(high, format)];
  return from === to ? from : say('sweep.range', { low: from, high: to });
}
