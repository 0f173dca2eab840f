import type { SweepTable } from '../../../contract/report.js';
import { successInterval } from '../../../contract/statistics/successInterval.js';
import { median } from '../../../contract/median.js';
import { memorisedShare } from '../../models/tasks/mirrors.js';
import { accuracy, amount, none } from '../measurementTable.js';
import { GOAL, type DecayAnalysis } from './measure.js';
import { diagramPlace, measurementsOf, tableTitles, type Result } from './measurements.js';
import { rasterPlace, regulariserOf, regularisers, type Regulariser } from './plan.js';
import { diagramLabels, publishedCell, publishedSteps, type DiagramSide } from './published.js';

const names: Readonly<Record<Regulariser, string>> = {
  none: 'none',
  l2: 'L2',
  lrd: 'Low-Rank Decay',
  elastic: 'elastic',
};

const fractionOf = ({ cell }: Result): number => cell.config.data.split.trainFraction;
const strengthOf = ({ cell: { config } }: Result): number =>
  config.lowRankDecay?.lambda ?? config.weightDecay;

const grouped = <T>(items: readonly T[], keyOf: (item: T) => string): T[][] => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
};

/** Runs of one point of the search, over seeds. */
interface Point {
  readonly regulariser: Regulariser;
  readonly fraction: number;
  readonly rate: number;
  readonly strength: number;
  readonly runs: readonly Result[];
  /** Steps to the goal; infinite if it was not reached. */
  readonly steps: readonly number[];
}

const pointsOf = (results: readonly Result[]): Point[] =>
  grouped(
    results.filter(({ cell, analysis }) => analysis !== undefined && regulariserOf(cell) !== undefined),
    (result) => `${result.cell.variant} ${fractionOf(result)}`,
  ).map((runs) => ({
    regulariser: regulariserOf(runs[0]!.cell)!,
    fraction: fractionOf(runs[0]!),
    rate: runs[0]!.cell.config.learningRate,
    strength: strengthOf(runs[0]!),
    runs,
    steps: runs.map(({ analysis }) => analysis!.generalised ?? Infinity),
  }));

const reached = ({ steps }: Point): number => steps.filter(Number.isFinite).length;

/** “3/3 (.44 to 1.00)”. */
const success = (point: Point): string => {
  const { low, high } = successInterval(reached(point), point.steps.length);
  return `${reached(point)}/${point.steps.length} (${low.toFixed(2)} to ${high.toFixed(2)})`;
};

const stepText = (steps: number): string =>
  Number.isFinite(steps) ? String(Math.round(steps)) : 'not reached';

/** The best point of each regulariser at each fraction: fewest steps, the median over seeds; then the most successes. */
const tunedTable = (points: readonly Point[]): SweepTable[] => {
  if (points.length === 0) return [];
  const best = grouped(points, ({ regulariser, fraction }) => `${regulariser} ${fraction}`).map((group) => ({
    searched: group.length,
    point: [...group].sort(
      (a, b) =>
        median(a.steps) - median(b.steps) || reached(b) - reached(a) || median(a.steps) - median(b.steps),
    )[0]!,
  }));
  const mean = (values: readonly number[]): string =>
    values.length === 0 ? none : (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(1);
  return [
    {
      title: `Steps to ${100 * GOAL} %, rates and strengths tuned`,
      columns: [
        'regulariser',
        'train fraction',
        'points searched',
        'η',
        'λ',
        'reached (95 % interval)',
        'steps, median',
        'steps, each seed',
        'published',
        'stable rank first → generalised',
        'lead of the halved rank',
      ],
      rows: best.map(({ searched, point }) => {
        const { regulariser, fraction, rate, strength, steps, runs } = point;
        const published =
          fraction === 0.4 && (regulariser === 'l2' || regulariser === 'lrd')
            ? publishedSteps[regulariser]
            : undefined;
        const of = (key: 'firstRank' | 'rankGeneralised' | 'lead'): number[] =>
          runs.flatMap(({ analysis }) => analysis![key] ?? []);
        return [
          names[regulariser],
          String(fraction),
          String(searched),
          String(rate),
          regulariser === 'none' ? none : String(strength),
          success(point),
          stepText(median(steps)),
          steps.map(stepText).join(', '),
          published ? `${published.low} to ${published.high}` : none,
          `${mean(of('firstRank'))} → ${mean(of('rankGeneralised'))}`,
          mean(of('lead')),
        ];
      }),
      notes: [
        'The null of a regulariser is the row without one, searched over the same rates. The interval is Wilson’s.',
        'λ of L2 and of Low-Rank Decay are one axis: a step takes the share η λ of a matrix’s Frobenius norm with either.',
      ],
    },
  ];
};

/**
 * The order of rank collapse and generalisation: the step of each, over the seeds of each point. If the rank
 * falls as early without decay, its fall is not caused by decay.
 */
const orderTable = (points: readonly Point[]): SweepTable[] => {
  const told = points.filter(({ runs }) => runs.some(({ analysis }) => analysis!.firstRank !== undefined));
  if (told.length === 0) return [];
  const each = (runs: readonly Result[], of: (analysis: DecayAnalysis) => number | undefined): string =>
    runs
      .map(({ analysis }) => of(analysis!))
      .map((value) => (value === undefined ? none : String(Math.round(value * 10) / 10)))
      .join(', ');
  const leads = told.flatMap(({ runs }) => runs.flatMap(({ analysis }) => analysis!.lead ?? []));
  const first = leads.filter((lead) => lead > 0).length;
  return [
    {
      title: 'Order of rank collapse and generalisation, each seed',
      columns: [
        'regulariser',
        'train fraction',
        'η',
        'λ',
        'rank halved at',
        `${100 * GOAL} % at`,
        'lead',
        'rank at first',
        `rank at ${100 * GOAL} %`,
        'rank at twice that step',
        'rank at the end',
      ],
      rows: told.map(({ regulariser, fraction, rate, strength, runs }) => [
        names[regulariser],
        String(fraction),
        String(rate),
        regulariser === 'none' ? none : String(strength),
        each(runs, ({ collapsed }) => collapsed),
        each(runs, ({ generalised }) => generalised),
        each(runs, ({ lead }) => lead),
        each(runs, ({ firstRank }) => firstRank),
        each(runs, ({ rankGeneralised }) => rankGeneralised),
        each(runs, ({ rankAtTwice }) => rankAtTwice),
        each(runs, ({ lastRank }) => lastRank),
      ]),
      notes: [
        `Stable rank, mean over Q and K of all layers. The rank is halved first in ${first} of ${leads.length} runs that reach ${100 * GOAL} %. The null is a run without decay: what its rank does, decay does not explain. Steps are those of evaluations.`,
      ],
    },
  ];
};

/** Success by train fraction and strength, each at the rates of the search. */
const phaseTables = (points: readonly Point[]): SweepTable[] =>
  regularisers.flatMap((regulariser) => {
    const own = points.filter((point) => point.regulariser === regulariser);
    if (own.length === 0) return [];
    const columns = [
      ...new Map(
        [...own]
          .sort((a, b) => a.strength * a.rate - b.strength * b.rate)
          .map(({ rate, strength }) => [`${rate} ${strength}`, { rate, strength }]),
      ).values(),
    ];
    const fractions = [...new Set(own.map(({ fraction }) => fraction))].sort((a, b) => b - a);
    return [
      {
        title: `Phase diagram, ${names[regulariser]}: test accuracy at the end, mean over seeds`,
        columns: [
          'train fraction',
          ...columns.map(
            ({ rate, strength }) => `ηλ ${(rate * strength).toPrecision(2)} (η ${rate}, λ ${strength})`,
          ),
          'null: mirrors from memory',
        ],
        rows: fractions.map((fraction) => [
          String(fraction),
          ...columns.map(({ rate, strength }) => {
            const point = own.find(
              (one) => one.fraction === fraction && one.rate === rate && one.strength === strength,
            );
            if (point === undefined) return none;
            const mean =
              point.runs.reduce((sum, { analysis }) => sum + analysis!.testAccuracy, 0) / point.runs.length;
            return `${accuracy(mean)} ${success(point)}`;
          }),
          accuracy(memorisedAt(own, fraction)),
        ]),
        notes: [
          `Columns by ηλ, what a step takes of a matrix’s length. After each accuracy: runs that reach ${100 * GOAL} %, with Wilson’s interval.`,
        ],
      },
    ];
  });

const memorisedAt = (points: readonly Point[], fraction: number): number => {
  const { model, data } = points.find((point) => point.fraction === fraction)!.runs[0]!.cell.config;
  return memorisedShare(model.prime, data.split);
};

/** The rate of a place with the most successes, then the fewest steps, as for every other place. */
const bestRate = (results: readonly Result[]): Result[] => {
  const steps = (runs: readonly Result[]): number[] =>
    runs.map(({ analysis }) => analysis!.generalised ?? Infinity);
  const successes = (runs: readonly Result[]): number => steps(runs).filter(Number.isFinite).length;
  const [best] = grouped(results, ({ cell }) => String(cell.config.learningRate)).sort(
    (a, b) =>
      successes(b) / b.length - successes(a) / a.length || (median(steps(a)) < median(steps(b)) ? -1 : 1),
  );
  return best ?? [];
};

/** Success by train fraction and the share that a step removes, L2 and Low-Rank Decay on one axis. */
const rasterTables = (results: readonly Result[]): SweepTable[] => {
  const placed = results.flatMap((result) => {
    const place = rasterPlace(result.cell);
    return place === undefined || result.analysis === undefined ? [] : [{ result, ...place }];
  });
  if (placed.length === 0) return [];
  const distinct = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
  const columns = distinct(placed.map(({ share }) => share));
  const fractions = distinct(placed.map(({ fraction }) => fraction)).reverse();
  return [
    {
      title: `Phase diagram on equal strengths: runs that reach ${100 * GOAL} %, at the better rate`,
      columns: [
        'train fraction',
        'regulariser',
        ...columns.map((share) => `ηλ ${share}`),
        'null: mirrors from memory',
      ],
      rows: fractions.flatMap((fraction) =>
        (['l2', 'lrd'] as const).map((side) => {
          const own = placed.filter((entry) => entry.fraction === fraction && entry.side === side);
          return [
            String(fraction),
            names[side],
            ...columns.map((share) => {
              const best = bestRate(own.filter((entry) => entry.share === share).map(({ result }) => result));
              if (best.length === 0) return none;
              const steps = best.map(({ analysis }) => analysis!.generalised ?? Infinity);
              const count = steps.filter(Number.isFinite).length;
              const { low, high } = successInterval(count, steps.length);
              const { config } = best[0]!.cell;
              return `${count}/${steps.length} (${low.toFixed(2)} to ${high.toFixed(2)}), ${stepText(median(steps))} steps, η ${config.learningRate}, λ ${strengthOf(best[0]!)}`;
            }),
            own.length === 0
              ? none
              : accuracy(
                  memorisedShare(
                    own[0]!.result.cell.config.model.prime,
                    own[0]!.result.cell.config.data.split,
                  ),
                ),
          ];
        }),
      ),
      notes: [
        'A step takes the share η λ of a matrix’s Frobenius norm with either regulariser; steps are the median over seeds, after the runs that reach the goal with Wilson’s interval. Both are tried at the same rates, so that choosing the better favours neither.',
        'The published diagram has no such axis: in one column its Low-Rank Decay takes some hundred times as much as its L2, which ends at weight decay 0.5.',
      ],
    },
  ];
};

const diagramTables = (results: readonly Result[]): SweepTable[] => {
  const placed = results.flatMap((result) => {
    const place = diagramPlace(result);
    return place === undefined ? [] : [{ result, ...place }];
  });
  return (['l2', 'lrd'] as const).flatMap((side: DiagramSide) => {
    const own = placed.filter((entry) => entry.side === side);
    const fractions = [...new Set(own.map(({ fraction }) => fraction))].sort((a, b) => b - a);
    if (own.every(({ result }) => result.analysis === undefined)) return [];
    return [
      {
        title: `${tableTitles.diagram}, ${names[side]}: measured | published`,
        columns: ['train fraction', ...diagramLabels.map(String), 'null: mirrors from memory'],
        rows: fractions.map((fraction) => [
          String(fraction),
          ...diagramLabels.map((label) => {
            const found = own.find((entry) => entry.label === label && entry.fraction === fraction);
            const published = publishedCell(side, fraction, label);
            return `${accuracy(found?.result.analysis?.testAccuracy)} | ${published?.toFixed(2) ?? none}`;
          }),
          accuracy(
            memorisedShare(
              113,
              own.find((entry) => entry.fraction === fraction)!.result.cell.config.data.split,
            ),
          ),
        ]),
        notes: [
          side === 'l2'
            ? 'L2 of ten times the label on everything.'
            : 'Low-Rank Decay of Q and K: W := W − label · P, K = 5, without learning rate; L2 of 0.1 on the rest.',
          'Published: read from a plot, seed 42, with the first code’s model; the model here is the second code’s.',
        ],
      },
    ];
  });
};

/** Every number of every run, with the published value if there is one. */
const runsTable = (measured: readonly Result[]): SweepTable[] => {
  const runs = measured.map((result) => ({ name: result.cell.name, found: measurementsOf(result) }));
  if (runs.length === 0) return [];
  return [
    {
      title: tableTitles.runs,
      columns: ['run', '', ...runs[0]!.found.map(({ name }) => name)],
      rows: runs.flatMap(({ name, found }) => [
        [name, 'measured', ...found.map(({ value, format }) => amount(value, format))],
        ...(found.some(({ published }) => published !== undefined)
          ? [[name, 'published', ...found.map(({ published, format }) => amount(published, format))]]
          : []),
        [name, 'null', ...found.map(({ nulls, format }) => amount(nulls[0]?.value, format))],
      ]),
      notes: [
        'Stable ranks are means over Q and K of all layers. A run that ends at its goal has no later ranks. The null of the test accuracy: mirrors answered from memory.',
      ],
    },
  ];
};

/** Every table of a reproduction: the conclusion first, then the diagrams, then the runs. */
export const tablesOf = (results: readonly Result[]): SweepTable[] => {
  const points = pointsOf(results);
  const measured = results.filter(({ analysis }) => analysis !== undefined);
  return [
    ...tunedTable(points),
    ...orderTable(points),
    ...phaseTables(points),
    ...rasterTables(results),
    ...diagramTables(results),
    ...runsTable(measured),
  ];
};
