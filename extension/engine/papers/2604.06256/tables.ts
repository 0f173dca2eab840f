import type { SweepTable } from '../../../contract/report.js';
import { measurementTable, none, seedTable } from '../measurementTable.js';
import {
  basisOf,
  declineOf,
  meanOf,
  measurementsOf,
  modeNamed,
  tableTitles,
  type Result,
} from './measurements.js';
import type { Measured06256 } from './measure.js';
import { isShortened } from './plan.js';
import { additiveRows, additiveSays, multiTaskTable } from './multiTask.js';
import { publishedEnergy, publishedFactors, publishedTable1, publishedTable3 } from './published.js';

const number = (value: number | undefined): string => (value === undefined ? none : value.toFixed(2));

/** F over the discrete logarithm against F over ab, of one direction or of the mean of the random ones. */
const logarithmFactor = (analysis: Measured06256, of: 'v1' | 'random'): number | undefined => {
  const nulls = analysis.modeNulls[0]?.bases;
  const mode = modeNamed(analysis, 'v1')?.bases;
  const [over, raw] =
    of === 'v1'
      ? [mode?.dlog?.concentration, mode?.ab?.concentration]
      : [nulls?.dlog?.random.mean, nulls?.ab?.random.mean];
  return over === undefined || raw === undefined ? undefined : over / raw;
};

/** R² with cross terms over R² without, in sample, of a direction. */
const crossFactor = (analysis: Measured06256, direction: string): number | undefined => {
  const score = (features: string): number | undefined =>
    analysis.modeRidge.find(
      (entry) => entry.direction === direction && entry.target === 'scalar' && entry.features === features,
    )?.inSample;
  const [crossed, both] = [score('both+cross'), score('both')];
  return crossed === undefined || both === undefined ? undefined : crossed / both;
};

const heldOut = (analysis: Measured06256, direction: string): number | undefined =>
  analysis.modeRidge.find(
    (entry) => entry.direction === direction && entry.target === 'scalar' && entry.features === 'both+cross',
  )?.heldOut;

/** The headline factors, whatever their measured values. */
const headlineTable = (results: readonly Result[]): SweepTable[] => {
  const of = (task: string) =>
    results.flatMap(({ cell, analysis }) =>
      cell.tasks.length === 1 && cell.tasks[0] === task && cell.decay === 1 && analysis !== undefined
        ? [{ cell, analysis }]
        : [],
    );
  const [mul, squares] = [of('mul'), of('x2_y2')];
  if (mul.length + squares.length === 0) return [];
  return [
    {
      title: 'The headline factors',
      columns: ['factor', 'run', 'measured', 'published', 'null: random directions', 'held out'],
      rows: [
        ...mul.map(({ cell, analysis }) => [
          'F of v₁ over the discrete logarithm / over ab (mul)',
          cell.name,
          number(logarithmFactor(analysis, 'v1')),
          String(publishedFactors.discreteLogarithm),
          number(logarithmFactor(analysis, 'random')),
          none,
        ]),
        ...squares.map(({ cell, analysis }) => [
          'R² with cross terms / without (x² + y², v₁, in sample)',
          cell.name,
          number(crossFactor(analysis, 'v1')),
          String(publishedFactors.crossTerms),
          number(meanOf(['random101', 'random102'].map((name) => crossFactor(analysis, name)))),
          number(heldOut(analysis, 'v1')),
        ]),
        ...additiveRows(results),
      ],
      notes: [headline(mul, squares), ...additiveSays(results)],
    },
  ];
};

type Measured = readonly { readonly analysis: Measured06256 }[];

/** One paragraph about the factors, generated from the numbers. */
const headline = (mul: Measured, squares: Measured): string => {
  const logarithm = meanOf(mul.map(({ analysis }) => logarithmFactor(analysis, 'v1')));
  const logarithmNull = meanOf(mul.map(({ analysis }) => logarithmFactor(analysis, 'random')));
  const cross = meanOf(squares.map(({ analysis }) => crossFactor(analysis, 'v1')));
  const crossNull = meanOf(
    squares.flatMap(({ analysis }) => ['random101', 'random102'].map((name) => crossFactor(analysis, name))),
  );
  const crossHeld = meanOf(squares.map(({ analysis }) => heldOut(analysis, 'v1')));
  return [
    `For multiplication the leading edge direction’s concentration over the discrete logarithm is ${number(logarithm)} times that over ab (published ${publishedFactors.discreteLogarithm}); random directions of the same network have a factor of ${number(logarithmNull)}, so what exceeds it is the edge’s, and the rest is the network’s.`,
    `For x² + y² cross terms raise the in-sample R² ${number(cross)} times (published ${publishedFactors.crossTerms}), and that of random directions ${number(crossNull)} times; held out R² with them is ${number(crossHeld)}: below 0 it is worse than the mean.`,
  ].join(' ');
};

/** The two published tables and the measurements, side by side. */
const contradictionTable = (results: readonly Result[]): SweepTable[] => {
  const factors = (decay: number, window: 10 | 20): number[] =>
    results.flatMap(({ cell, analysis }) => {
      const factor = cell.decay === decay && analysis ? declineOf(analysis, window)?.factor : undefined;
      return factor === undefined ? [] : [factor];
    });
  const independent = (decay: number, window: 10 | 20): number | undefined =>
    meanOf(
      results.map(({ cell, analysis }) =>
        cell.decay === decay && analysis ? declineOf(analysis, window)?.independent.factor : undefined,
      ),
    );
  const beyondNull = (decay: number, window: 10 | 20): number =>
    results.filter(({ cell, analysis }) => {
      const found = cell.decay === decay && analysis ? declineOf(analysis, window) : undefined;
      return found?.factor !== undefined && found.factor > (found.independent.factor ?? Infinity);
    }).length;
  const says = (values: readonly number[]): string =>
    values.length === 0
      ? none
      : `${number(meanOf(values))} (${number(Math.min(...values))} to ${number(Math.max(...values))})`;
  if (factors(1, 10).length === 0) return [];
  const published = ({ factor, range }: typeof publishedTable1): string =>
    `${factor} (${range[0]} to ${range[1]})`;
  return [
    {
      title: 'Two published tables of one decline',
      columns: [
        '',
        'windows',
        'factor at decay 1',
        'null at decay 1',
        'factor at decay 0',
        'null at decay 0',
        'declines without decay',
      ],
      rows: [
        [
          '2602.16746 v3, table 3',
          '10, squared',
          published(publishedTable3),
          none,
          none,
          none,
          publishedTable3.withoutDecay,
        ],
        [
          '2604.06256, table 1',
          '20',
          published(publishedTable1),
          none,
          '1.2',
          none,
          publishedTable1.withoutDecay,
        ],
        ...([10, 20] as const).map((window) => [
          'measured',
          window === 10 ? '10, squared' : '20, centred',
          says(factors(1, window)),
          number(independent(1, window)),
          says(factors(0, window)),
          number(independent(0, window)),
          `${beyondNull(0, window)} of ${factors(0, window).length} beyond their null (at decay 1: ${beyondNull(1, window)} of ${factors(1, window).length})`,
        ]),
      ],
      notes: [
        'Both tables print the same mean factor for different windows, and they count declines without decay differently; the event at step 41,700 belongs to addition without decay in one and to a task that never groks in the other. The null has the run’s own step lengths and independent directions: what it declines by is said by step lengths alone.',
      ],
    },
  ];
};

/** Without the runs in whose place others, cut short, stand, as long as they are not measured themselves. */
const withoutStandIns = (all: readonly Result[]): Result[] => {
  const key = ({ cell: { tasks, decay, seed } }: Result): string => JSON.stringify([tasks, decay, seed]);
  const short = new Set(all.filter(({ cell }) => isShortened(cell)).map(key));
  const measured = new Set(
    all.filter(({ cell, analysis }) => !isShortened(cell) && analysis !== undefined).map(key),
  );
  return all.filter((result) =>
    isShortened(result.cell)
      ? !measured.has(key(result))
      : measured.has(key(result)) || !short.has(key(result)),
  );
};

/** Every table of a reproduction. */
export const tablesOf = (all: readonly Result[]): SweepTable[] => {
  const results = withoutStandIns(all);
  const shortSteps = results.find(({ cell }) => isShortened(cell))?.cell.config.maxSteps;
  const every = results.map((result) => ({ result, measurements: measurementsOf(result) }));
  const runs = every.filter(({ result }) => result.cell.tasks.length === 1);
  const withBasis = runs.filter(({ result }) => basisOf[result.cell.tasks[0]!] !== undefined);
  return [
    measurementTable(tableTitles.decline, runs, [
      'From the first window to the last that ends by the grok step. The first window holds the run’s first and longest steps.',
      ...(shortSteps === undefined ? [] : [`Runs without weight decay are ${shortSteps} steps long.`]),
    ]),
    ...seedTable(tableTitles.decline, runs),
    measurementTable(tableTitles.centred, runs, []),
    ...seedTable(tableTitles.centred, runs),
    ...contradictionTable(runs.map(({ result }) => result)),
    measurementTable(tableTitles.energy, every, [
      `2604.07380 has, on two sequence tasks, ${publishedEnergy.before} before grokking and ${publishedEnergy.after} after. Without decay the share is 1 by definition.`,
    ]),
    measurementTable(tableTitles.modes, withBasis, [
      'Bases: addition a + b, subtraction a − b, multiplication the discrete logarithm, x² + y² itself. Random directions are of the attention weights of the same network: what they reach is the network’s, not the edge’s.',
    ]),
    ...headlineTable(results),
    ...multiTaskTable(results),
  ];
};
