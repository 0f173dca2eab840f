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
  readonly alone: Measured06256;
  readonly several: Measured06256;
  /** Addition alone, whose frequency may be inherited. */
  readonly addition?: Measured06256;
}

/** The run of several tasks beside those of one task of the same seed; undefined before both are measured. */
const runsOf = (results: readonly Result[]): Runs | undefined => {
  const several = results.find(({ cell, analysis }) => cell.scale === multiTaskScale && analysis);
  const of = (task: string) =>
    results.find(
      ({ cell }) =>
        cell.tasks.length === 1 &&
        cell.tasks[0] === task &&
        cell.decay === 1 &&
        cell.seed === several?.cell.seed,
    )?.analysis;
  const [alone, addition] = [of('x2_y2'), of('add')];
  if (several?.analysis === undefined || alone === undefined) return undefined;
  return { alone, several: several.analysis, ...(addition === undefined ? {} : { addition }) };
};

const leading = ['v1', 'v2', 'v3'] as const;
const randomRegressed = ['random101', 'random102'] as const;

const inBoth = ({ alone, several }: Runs, of: (analysis: Measured06256) => number | undefined): Pair => ({
  alone: of(alone),
  several: of(several),
});

const additive = (analysis: Measured06256, directions: readonly string[]): number | undefined =>
  meanOf(directions.map((name) => modeNamed(analysis, name)?.bases['a+b']?.concentration));
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

/** The row of the headline table: factor, run, measured, published, random directions, held out. */
export const additiveRows = (results: readonly Result[]): string[][] => {
  const name = 'F over a + b of v₁ (x² + y²), three tasks on the trunk / alone';
  const runs = runsOf(results);
  if (runs === undefined) return [[name, none, none, String(publishedFactors.multiTask), none, none]];
  return [
    [
      name,
      multiTaskScale,
      text(factor(inBoth(runs, (analysis) => additive(analysis, ['v1'])))),
      String(publishedFactors.multiTask),
      text(factor(inBoth(runs, additiveOfRandom))),
      none,
    ],
  ];
};

/** The sentence about that factor. */
export const additiveSays = (results: readonly Result[]): string[] => {
  const runs = runsOf(results);
  if (runs === undefined) {
    return [
      `The factor ${publishedFactors.multiTask} compares several tasks with one and is not measured yet.`,
    ];
  }
  const edge = inBoth(runs, (analysis) => additive(analysis, ['v1']));
  const random = inBoth(runs, additiveOfRandom);
  return [
    `Additive concentration of v₁ is ${text(edge.several)} on the trunk of three tasks against ${text(edge.alone)} for x² + y² alone, a factor of ${text(factor(edge))} (published ${publishedFactors.multiTask}); random directions of the same two networks have ${text(random.several)} against ${text(random.alone)}, a factor of ${text(factor(random))}. Fisher’s g reaches .136 in one of twenty by chance.`,
  ];
};

/** Synergy and the inherited frequency, alone and on the trunk of several tasks (table 4 of the paper). */
export const multiTaskTable = (results: readonly Result[]): SweepTable[] => {
  const runs = runsOf(results);
  if (runs === undefined) return [];
  const row = (name: string, pair: Pair, published: Pair | undefined, nulls: Pair, digits = 2): string[] => [
    name,
    text(pair.alone, digits),
    text(pair.several, digits),
    text(factor(pair)),
    published === undefined ? none : `${published.alone} → ${published.several}`,
    `${text(nulls.alone, digits)} → ${text(nulls.several, digits)}`,
  ];
  const synergyRow = (score: 'inSample' | 'heldOut', published: Pair | undefined): string[] =>
    row(
      `synergy of v₁, ${score === 'inSample' ? 'in sample' : 'held out'}`,
      inBoth(runs, (analysis) => synergy(analysis, ['v1'], score)),
      published,
      inBoth(runs, (analysis) => synergy(analysis, randomRegressed, score)),
      3,
    );
  const peaks = inBoth(runs, (analysis) => peakOf(analysis, 'v1'));
  return [
    {
      title: 'One task and three: what the edge inherits',
      columns: ['', 'x² + y² alone', 'three tasks', 'factor', 'published', 'null: random directions'],
      rows: [
        row(
          'F over a + b, v₁',
          inBoth(runs, (analysis) => additive(analysis, ['v1'])),
          publishedMultiTask.concentration,
          inBoth(runs, additiveOfRandom),
        ),
        row(
          'F over a + b, mean of v₁ … v₃',
          inBoth(runs, (analysis) => additive(analysis, leading)),
          undefined,
          inBoth(runs, additiveOfRandom),
        ),
        [
          'peak over a + b, v₁',
          whole(peaks.alone),
          whole(peaks.several),
          none,
          `${publishedMultiTask.peak.alone} → ${publishedMultiTask.peak.several}`,
          `that peak: ${sharedBy(runs.alone, peaks.alone)} → ${sharedBy(runs.several, peaks.several)}`,
        ],
        synergyRow('inSample', publishedMultiTask.synergy),
        synergyRow('heldOut', undefined),
      ],
      notes: [
        `Addition alone has its peaks over a + b at ${leading.map((name) => whole(peakOf(runs.addition, name))).join(', ')} (v₁, v₂, v₃). A frequency is inherited only where the trunk of three tasks has one of these and random directions of it do not.`,
        'Synergy: R² of the scalar mode on additive and multiplicative features together, less the better of both alone. In sample it is never below 0 by much: twice as many features fit more noise.',
      ],
    },
  ];
};
