import { median } from '../../../extension/contract/median.js';
import type { RegulariserName, SweepCell } from '../../../extension/contract/report.js';
import { successInterval } from '../../../extension/contract/statistics/successInterval.js';
import type { HeatFigure } from '../../charts/figure.js';
import type { Table } from '../../charts/table.js';
import { integer, number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';

/** Which cells are drawn, and how. */
export interface PhaseChoice {
  readonly scale: string;
  readonly split: SweepCell['split'];
  /** The paper's own axis, or the share of a matrix that a step removes. */
  readonly axis: PhaseAxis;
  readonly shows: PhaseValue;
}
export const phaseAxes = ['label', 'perStep'] as const;
export type PhaseAxis = (typeof phaseAxes)[number];
export const phaseValues = ['success', 'accuracy'] as const;
export type PhaseValue = (typeof phaseValues)[number];

/** Runs with one train fraction, strength and regulariser, over seeds, at the best learning rate. */
export interface Place {
  readonly fraction: number;
  readonly strength: number;
  /** Number of learning rates tried. */
  readonly rates: number;
  readonly rate: number | undefined;
  readonly reached: number;
  /** Runs that have ended, or have reached the goal. */
  readonly trials: number;
  readonly waiting: number;
  readonly low: number;
  readonly high: number;
  /** Mean over the evaluated runs. */
  readonly accuracy: number | undefined;
  readonly memorised: number | undefined;
  /** Steps to the goal, over the runs that reached it. */
  readonly steps: readonly number[];
}

type PhaseCell = SweepCell & { readonly regulariser: RegulariserName; readonly trainFraction: number };

const isPlaced = (cell: SweepCell): cell is PhaseCell =>
  cell.regulariser !== undefined && cell.trainFraction !== undefined;

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Whether a sweep varies the train fraction and the strength of the regulariser. */
export const hasPhases = (cells: readonly SweepCell[]): boolean =>
  phaseScales(cells).length > 0 &&
  cells.some(({ regulariser }) => regulariser !== undefined && regulariser !== 'none');

/** Model sizes with several train fractions in the sweep. */
export const phaseScales = (cells: readonly SweepCell[]): string[] =>
  distinct(cells.map(({ scale }) => scale)).filter(
    (scale) =>
      distinct(cells.filter((cell) => cell.scale === scale).map(({ trainFraction }) => trainFraction))
        .length > 1,
  );

export const phaseSplits = (cells: readonly SweepCell[]): NonNullable<SweepCell['split']>[] =>
  distinct(cells.flatMap(({ split }) => split ?? []));

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

const hasEnded = ({ status, generalised }: SweepCell): boolean =>
  status === 'finished' || generalised !== undefined;

const placeOf = (fraction: number, strength: number, cells: readonly PhaseCell[]): Place => {
  const rates = distinct(cells.map(({ learningRate }) => learningRate));
  const ofRate = rates.map((rate) => {
    const runs = cells.filter(({ learningRate }) => learningRate === rate);
    const ended = runs.filter(hasEnded);
    const steps = ended.flatMap(({ generalised }) => generalised ?? []);
    return {
      rate,
      steps,
      ...{ reached: steps.length, trials: ended.length, waiting: runs.length - ended.length },
      share: ended.length === 0 ? -1 : steps.length / ended.length,
      accuracy: mean(runs.flatMap(({ testAccuracy }) => testAccuracy ?? [])),
    };
  });
  const [best] = ofRate.sort((a, b) => b.share - a.share || (b.accuracy ?? 0) - (a.accuracy ?? 0));
  const { rate, reached, trials, waiting, accuracy, steps } = best!;
  return {
    ...{ fraction, strength, rates: rates.length, rate, reached, trials, waiting, accuracy, steps },
    ...successInterval(reached, trials),
    memorised: mean(cells.flatMap(({ memorised }) => memorised ?? [])),
  };
};

/** The places of one regulariser; without one the strength is 0. */
export const placesOf = (
  cells: readonly SweepCell[],
  regulariser: RegulariserName,
  { scale, split, axis }: PhaseChoice,
): Place[] => {
  const own = cells
    .filter(isPlaced)
    .filter((cell) => cell.scale === scale && cell.split === split && cell.regulariser === regulariser);
  const groups = new Map<string, { fraction: number; strength: number; cells: PhaseCell[] }>();
  for (const cell of own) {
    const strength = regulariser === 'none' ? 0 : cell.strength?.[axis];
    if (strength === undefined) continue;
    const key = `${cell.trainFraction} ${strength}`;
    const group = groups.get(key) ?? { fraction: cell.trainFraction, strength, cells: [] };
    groups.set(key, { ...group, cells: [...group.cells, cell] });
  }
  return [...groups.values()].map((group) => placeOf(group.fraction, group.strength, group.cells));
};

/** “3 of 3 (44 % to 100 %)”. */
export const successSays = ({ reached, trials, low, high }: Place): string =>
  trials === 0
    ? say('sweep.phase.noTrial')
    : say('sweep.phase.success', {
        reached: integer(reached),
        trials: integer(trials),
        low: percent(low),
        high: percent(high),
      });

/** Why there is no heat map: no run has been evaluated, or the axis cannot show these runs. */
export const phaseAbsent = (
  cells: readonly SweepCell[],
  regulariser: RegulariserName,
  choice: PhaseChoice,
): string =>
  say(placesOf(cells, regulariser, choice).length === 0 ? 'sweep.phase.noAxis' : 'sweep.phase.noRun');

/** Train fraction by strength: success rates or accuracies, filled in as runs end. */
export function phaseFigure(
  cells: readonly SweepCell[],
  regulariser: RegulariserName,
  choice: PhaseChoice,
): HeatFigure | undefined {
  const places = placesOf(cells, regulariser, choice);
  if (places.every(({ trials, accuracy }) => trials === 0 && accuracy === undefined)) return undefined;
  const without = placesOf(cells, 'none', choice);
  const columns = distinct(places.map(({ strength }) => strength)).sort((a, b) => a - b);
  const fractions = distinct(places.map(({ fraction }) => fraction)).sort((a, b) => b - a);
  const inOrder = <T>(of: (place: Place | undefined) => T): T[][] =>
    fractions.map((fraction) =>
      columns.map((strength) =>
        of(places.find((place) => place.fraction === fraction && place.strength === strength)),
      ),
    );
  const nullAt = (fraction: number): Place | undefined =>
    without.find((place) => place.fraction === fraction);
  return {
    kind: 'heat',
    x: {
      title: say(`sweep.phase.axis.${choice.axis}`),
      scale: columns.length > 1 && columns[0]! > 0 ? 'log' : 'linear',
      format: 'number',
    },
    value: say(`sweep.phase.shows.${choice.shows}`),
    columns,
    rows: fractions.map((fraction) => say('sweep.phase.fraction', { fraction: number(fraction) })),
    range: [0, 1],
    values: inOrder((place) =>
      place === undefined
        ? undefined
        : choice.shows === 'accuracy'
          ? place.accuracy
          : place.trials === 0
            ? undefined
            : place.reached / place.trials,
    ),
    texts: inOrder((place) =>
      place === undefined
        ? ''
        : choice.shows === 'accuracy'
          ? place.accuracy === undefined
            ? ''
            : percent(place.accuracy)
          : place.trials === 0
            ? ''
            : `${place.reached}/${place.trials}`,
    ),
    notes: inOrder((place) => (place === undefined ? [] : notesOf(place, nullAt(place.fraction)))),
  };
}

const notesOf = (place: Place, without: Place | undefined): string[] => [
  successSays(place),
  ...(place.steps.length > 0 ? [say('sweep.phase.steps', { steps: integer(median(place.steps)) })] : []),
  ...(place.accuracy === undefined
    ? []
    : [
        say(place.memorised === undefined ? 'sweep.phase.accuracyIs' : 'sweep.phase.accuracyMemory', {
          accuracy: percent(place.accuracy),
          memory: percent(place.memorised ?? 0),
        }),
      ]),
  ...(place.rate === undefined
    ? []
    : [say('sweep.phase.rate', { rate: number(place.rate), rates: integer(place.rates) })]),
  ...(without === undefined ? [] : [say('sweep.phase.without', { success: successSays(without) })]),
  ...(place.waiting > 0 ? [say('sweep.phase.waiting', { n: integer(place.waiting) })] : []),
];

/** The numbers of the heat map, one place per row. */
export function phaseTable(
  cells: readonly SweepCell[],
  regulariser: RegulariserName,
  choice: PhaseChoice,
): Table {
  const without = placesOf(cells, 'none', choice);
  return {
    headings: [
      say('sweep.phase.fractionHeading'),
      say(`sweep.phase.axis.${choice.axis}`),
      say('sweep.phase.rateHeading'),
      say('sweep.phase.successHeading'),
      say('sweep.phase.stepsHeading'),
      say('sweep.phase.shows.accuracy'),
      say('sweep.phase.memoryHeading'),
      say('sweep.phase.withoutHeading'),
    ],
    rows: placesOf(cells, regulariser, choice)
      .sort((a, b) => b.fraction - a.fraction || a.strength - b.strength)
      .map((place) => {
        const null_ = without.find(({ fraction }) => fraction === place.fraction);
        return [
          ...[place.fraction, place.strength, place.rate],
          successSays(place),
          place.steps.length > 0 ? median(place.steps) : undefined,
          ...[place.accuracy, place.memorised],
          null_ && successSays(null_),
        ];
      }),
  };
}

/**
 * How many places succeed in more than half of their runs, with the numbers for no regulariser and for memory.
 */
export function phaseSays(
  cells: readonly SweepCell[],
  regulariser: RegulariserName,
  choice: PhaseChoice,
): string {
  const places = placesOf(cells, regulariser, choice);
  const tried = places.filter(({ trials }) => trials > 0);
  const won = (of: readonly Place[]): number =>
    of.filter(({ reached, trials }) => 2 * reached > trials).length;
  const without = placesOf(cells, 'none', choice).filter(({ trials }) => trials > 0);
  const lowest = Math.min(
    ...tried.filter(({ reached, trials }) => 2 * reached > trials).map(({ fraction }) => fraction),
  );
  return [
    say('sweep.phase.says', {
      won: integer(won(tried)),
      tried: integer(tried.length),
      all: integer(places.length),
    }),
    ...(Number.isFinite(lowest) ? [say('sweep.phase.boundary', { fraction: number(lowest) })] : []),
    ...(without.length > 0
      ? [say('sweep.phase.null', { won: integer(won(without)), tried: integer(without.length) })]
      : []),
    say(`sweep.phase.about.${choice.axis}`),
    say(choice.split === 'unordered-pairs' ? 'sweep.phase.unordered' : 'sweep.phase.ordered'),
  ].join(' ');
}
