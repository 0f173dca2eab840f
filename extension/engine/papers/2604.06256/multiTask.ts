import type { SweepTable } from '../../../contract/report.js';
import { none } from '../measurementTable.js';
import { meanOf, modeNamed, type Result } from './measurements.js';
import type { Measured06256 } from './measure.js';
import { multiTaskScale } from './plan.js';
import { publishedFactors, publishedMultiTask } from './published.js';

/** One number of x² + y² alone, and of the trunk of several tasks. */
interface Pair {
  readonly alone?: number | undefined;
  readonly several?: number | undefined;
}

interface Runs {
  readonly seed: number;
  readonly alone: Measured06256;
  readonly several: Measured06256;
  /** Addition alone, whose frequency may be inherited. */
  readonly addition?: Measured06256;
}

/** Each run of several tasks beside those of one task of its seed, where both are measured. */
const runsOf = (results: readonly Result[]): Runs[] =>
  results.flatMap(({ cell: { scale, seed }, analysis: several }) => {
    if (scale !== multiTaskScale || several === undefined) return [];
    const of = (task: string) =>
      results.find(({ cell }) => cell.tasks.join() === task && cell.decay === 1 && cell.seed === seed)
        ?.analysis;
    const [alone, addition] = [of('x2_y2'), of('add')];
    if (alone === undefined) return [];
    return [{ seed, alone, several, ...(addition === undefined ? {} : { addition }) }];
  });

const leading = ['v1', 'v2', 'v3'] as const;
const randomRegressed = ['random101', 'random102'] as const;

const inBoth = ({ alone, several }: Runs, of: (analysis: Measured06256) => number | undefined): Pair => ({
  alone: of(alone),
  several: of(several),
});

const additive = (analysis: Measured06256, directions: readonly string[]): number | undefined =>
  meanOf(directions.map((name) => modeNamed(analysis, name)?.bases['a+b']?.concentration));
const edgeAdditive = (analysis: Measured06256): number | undefined => additive(analysis, ['v1']);
const additiveOfRandom = (analysis: Measured06256): number | undefined =>
  analysis.modeNulls[0]?.bases['a+b']?.random.mean;
const peakOf = (analysis: Measured06256 | undefined, name: string): number | undefined =>
  analysis && modeNamed(analysis, name)?.bases['a+b']?.peak;

/** How many of the random directions have this peak over a + b. */
const sharedBy = ({ modes }: Measured06256, peak: number | undefined): string => {
  const random = modes.filter(({ direction }) => direction.startsWith('random'));
  const same = random.filter(({ bases }) => bases['a+b']?.peak === peak).length;
  return `${same} of ${random.length}`;
};

/** R² on additive and multiplicative features together, less the better of the two alone. */
const synergy = (
  { modeRidge }: Measured06256,
  directions: readonly string[],
  score: 'inSample' | 'heldOut',
): number | undefined =>
  meanOf(
    directions.map((direction) => {
      const [both, add, mul] = (['both', 'add', 'mul'] as const).map(
        (features) =>
          modeRidge.find(
            (entry) =>
              entry.direction === direction && entry.target === 'scalar' && entry.features === features,
          )?.[score],
      );
      return both === undefined || add === undefined || mul === undefined
        ? undefined
        : both - Math.max(add, mul);
    }),
  );

const factor = ({ alone, several }: Pair): number | undefined =>
  alone === undefined || several === undefined || !(alone > 0) ? undefined : several / alone;
const text = (value: number | undefined, digits = 2): string =>
  value === undefined ? none : value.toFixed(digits);
const whole = (value: number | undefined): string => (value === undefined ? none : String(value));

/** The rows of the headline table: factor, run, measured, published, random directions, held out. */
export const additiveRows = (results: readonly Result[]): string[][] => {
  const name = 'F over a + b of v₁ (x² + y²), three tasks on the trunk / alone';
  const published = String(publishedFactors.multiTask);
  const all = runsOf(results);
  if (all.length === 0) return [[name, none, none, published, none, none]];
  return all.map((runs) => [
    name,
    `${multiTaskScale}, seed ${runs.seed}`,
    text(factor(inBoth(runs, edgeAdditive))),
    published,
    text(factor(inBoth(runs, additiveOfRandom))),
    none,
  ]);
};

/** The sentence about that factor. */
export const additiveSays = (results: readonly Result[]): string[] => {
  const all = runsOf(results);
  if (all.length === 0) {
    return [
      `The factor ${publishedFactors.multiTask} compares several tasks with one and is not measured yet.`,
    ];
  }
  const each = (say: (runs: Runs) => string): string => all.map(say).join(', ');
  const of = (values: (analysis: Measured06256) => number | undefined) =>
    each((runs) => {
      const { alone, several } = inBoth(runs, values);
      return `${text(several)} against ${text(alone)}`;
    });
  return [
    `Additive concentration of v₁ on the trunk of three tasks and of x² + y² alone (${each(({ seed }) => `seed ${seed}`)}): ${of(edgeAdditive)}, a factor of ${each((runs) => text(factor(inBoth(runs, edgeAdditive))))} (published ${publishedFactors.multiTask}); random directions of the same networks: ${of(additiveOfRandom)}, a factor of ${each((runs) => text(factor(inBoth(runs, additiveOfRandom))))}. Fisher’s g reaches .136 in one of twenty by chance.`,
  ];
};

/** Synergy and the inherited frequency, alone and on the trunk of several tasks (table 4 of the paper), by seed. */
export const multiTaskTable = (results: readonly Result[]): SweepTable[] => {
  const all = runsOf(results);
  if (all.length === 0) return [];
  const peaks = all.map(
    ({ seed, addition }) =>
      `${leading.map((name) => whole(peakOf(addition, name))).join(', ')}${all.length > 1 ? ` in seed ${seed}` : ''}`,
  );
  return [
    {
      title: 'One task and three: what the edge inherits',
      columns: ['', 'seed', 'x² + y² alone', 'three tasks', 'factor', 'published', 'null: random directions'],
      rows: rowMakers.flatMap((make) =>
        all.map((runs) => {
          const [name, ...cells] = make(runs);
          return [name!, String(runs.seed), ...cells];
        }),
      ),
      notes: [
        `Addition alone has its peaks over a + b at ${peaks.join('; ')} (v₁, v₂, v₃). A frequency is inherited only where the trunk of three tasks has one of these and random directions of it do not.`,
        'Synergy: R² of the scalar mode on additive and multiplicative features together, less the better of both alone. In sample it is never below 0 by much: twice as many features fit more noise.',
      ],
    },
  ];
};

const row = (name: string, pair: Pair, published: Pair | undefined, nulls: Pair, digits = 2): string[] => [
  name,
  text(pair.alone, digits),
  text(pair.several, digits),
  text(factor(pair)),
  published === undefined ? none : `${published.alone} → ${published.several}`,
  `${text(nulls.alone, digits)} → ${text(nulls.several, digits)}`,
];

const synergyRow =
  (score: 'inSample' | 'heldOut', published: Pair | undefined) =>
  (runs: Runs): string[] =>
    row(
      `synergy of v₁, ${score === 'inSample' ? 'in sample' : 'held out'}`,
      inBoth(runs, (analysis) => synergy(analysis, ['v1'], score)),
      published,
      inBoth(runs, (analysis) => synergy(analysis, randomRegressed, score)),
      3,
    );

const peakRow = (runs: Runs): string[] => {
  const { alone, several } = inBoth(runs, (analysis) => peakOf(analysis, 'v1'));
  return [
    'peak over a + b, v₁',
    whole(alone),
    whole(several),
    none,
    `${publishedMultiTask.peak.alone} → ${publishedMultiTask.peak.several}`,
    `that peak: ${sharedBy(runs.alone, alone)} → ${sharedBy(runs.several, several)}`,
  ];
};

/** One row of the table for the runs of a seed: its name, then the cells. */
const rowMakers: readonly ((runs: Runs) => string[])[] = [
  (runs) =>
    row(
      'F over a + b, v₁',
      inBoth(runs, edgeAdditive),
      publishedMultiTask.concentration,
      inBoth(runs, additiveOfRandom),
    ),
  (runs) =>
    row(
      'F over a + b, mean of v₁ … v₃',
      inBoth(runs, (analysis) => additive(analysis, leading)),
      undefined,
      inBoth(runs, additiveOfRandom),
    ),
  peakRow,
  synergyRow('inSample', publishedMultiTask.synergy),
  synergyRow('heldOut', undefined),
];
