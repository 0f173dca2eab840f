import type { Amount, Measurement, ReconstructionMethod } from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import type { RunAnalysis } from '../../analyses/controls/analysis.js';
import { meanAccuracy } from '../../geometry/reconstruction/rankForAccuracy.js';
import type { CellResult, Measured } from '../paper.js';
import {
  publishedCell,
  publishedEntropy,
  publishedFirstComponent,
  publishedFirstThree,
  type PublishedCell,
} from './published.js';

export const tableTitles = {
  two: 'Table 2: components that carry the solution',
  three: 'Table 3: ranks for the energy, share of the full rank',
  four: 'Table 4: mean test accuracy of reconstructions',
} as const;

/** A measurement as a function of what was measured of a run and of what the paper has at its place. */
interface Row {
  readonly name: string;
  readonly table: keyof typeof tableTitles;
  readonly format: Measurement['format'];
  readonly says: string;
  readonly value: (analysis: RunAnalysis) => Amount | undefined;
  readonly nulls?: (analysis: RunAnalysis, chance: number) => Readonly<Record<string, Amount | undefined>>;
  readonly published?: (cell: PublishedCell) => Amount | undefined;
}

const walkName = 'random walk to the same end';
const walksName = 'random walks, mean';
const chanceName = 'chance';
const shuffledName = 'the same entries shuffled';

const orAbove = (rank: number | undefined, scanned: number): Amount => rank ?? { above: scanned };

const kStar = (percent: 95 | 99): Row => ({
  name: `k*(${percent})`,
  table: 'two',
  format: 'count',
  says: `Smallest number of trajectory components with which each task reaches ${percent} % of its own baseline accuracy. Null: a random walk with the run’s step lengths, mirrored and scaled to end where the run ends.`,
  value: ({ kStar: { share95, share99, scanned } }) => orAbove(percent === 95 ? share95 : share99, scanned),
  nulls: ({ kStar: { scanned }, controls: { walk } }) => ({
    [walkName]: orAbove(percent === 95 ? walk.kStar95 : walk.kStar99, scanned),
  }),
  published: ({ kStar95, kStar99 }) => (percent === 95 ? kStar95 : kStar99),
});

const range = ([low, high]: readonly [number, number]): Amount => (low === high ? low : { low, high });
const hundredth = (percent: number): number => percent / 100;

const energyRank = (percent: 90 | 99): readonly Row[] => {
  const published = ({ rank90Percent: [low, high], rank99Percent }: PublishedCell): Amount =>
    percent === 90 ? range([hundredth(low), hundredth(high)]) : hundredth(rank99Percent);
  const key = `rank${percent}` as const;
  const says = `Singular values that hold ${percent} % of the energy of the changes of the trunk’s matrices, as a share of the full rank`;
  return [
    {
      name: `k${percent}, mean of matrices`,
      table: 'three',
      format: 'share',
      says: `${says}: the mean over the matrices.`,
      value: ({ energyRanks }) => hundredth(energyRanks.meanOverMatrices[key]),
      nulls: ({ energyRanks }) => ({ [shuffledName]: hundredth(energyRanks.shuffled[key]) }),
      published,
    },
    {
      name: `k${percent}, together`,
      table: 'three',
      format: 'share',
      says: `${says}: of all matrices together.`,
      value: ({ energyRanks }) => hundredth(energyRanks.together[key]),
      published,
    },
  ];
};

/** Mean accuracy over the tasks at one rank of a method; undefined where that rank was not evaluated. */
export const accuracyAt = (
  { reconstructions }: RunAnalysis,
  method: ReconstructionMethod,
  rank: number | 'half' | 'full',
): number | undefined => {
  const entry = reconstructions.find((candidate) => candidate.method === method);
  if (entry === undefined) return undefined;
  const wanted = rank === 'half' ? Math.floor(entry.fullRank / 2) : rank === 'full' ? entry.fullRank : rank;
  const point = entry.points.find((candidate) => candidate.rank === wanted);
  return point?.testAccuracy === undefined ? undefined : meanAccuracy(point.testAccuracy);
};

const truncated = (
  name: string,
  method: ReconstructionMethod,
  rank: number | 'half' | 'full',
  published: (cell: PublishedCell) => number,
): Row => ({
  name,
  table: 'four',
  format: 'accuracy',
  says: `Mean test accuracy over the tasks when the trunk’s changes are cut to this rank (${method === 'joint-svd' ? 'joint SVD' : 'each matrix by its own SVD'}); the rest keeps its final values.`,
  value: (analysis) => accuracyAt(analysis, method, rank),
  nulls: (_, chance) => (rank === 'full' ? {} : { [chanceName]: chance }),
  published,
});

const components = (rank: number, published: (cell: PublishedCell) => number): Row => ({
  name: `trajectory k=${rank}`,
  table: 'four',
  format: 'accuracy',
  says: `Mean test accuracy over the tasks when the change of all parameters is replaced by its part in the span of ${rank} trajectory components.`,
  value: (analysis) => accuracyAt(analysis, 'trajectory-pca', rank),
  nulls: ({ controls }) => {
    const point = controls.walk.points.find((candidate) => candidate.rank === rank);
    return { [walkName]: point && meanAccuracy(point.testAccuracy) };
  },
  published,
});

const rows: readonly Row[] = [
  kStar(95),
  kStar(99),
  {
    name: 'PC1',
    table: 'two',
    format: 'share',
    says: 'Share of the uncentred squared length of all parameters’ trajectory along its first component. Null: random walks with the same step lengths.',
    value: ({ components: { first } }) => first,
    nulls: ({ components: { walk } }) => ({ [walksName]: walk.first.mean }),
    published: () => range(publishedFirstComponent),
  },
  {
    name: '3 PCs',
    table: 'two',
    format: 'share',
    says: 'The same of the first three components together.',
    value: ({ components: { firstThree } }) => firstThree,
    nulls: ({ components: { walk } }) => ({ [walksName]: walk.firstThree.mean }),
    published: () => ({ above: publishedFirstThree }),
  },
  ...energyRank(90),
  ...energyRank(99),
  {
    name: 'entropy',
    table: 'three',
    format: 'number',
    says: 'Entropy of σ²/Σσ² over ln(full rank), mean over the trunk’s matrices. Null: the same entries in another order.',
    value: ({ energyRanks }) => energyRanks.entropy,
    nulls: ({ energyRanks }) => ({ [shuffledName]: energyRanks.shuffled.entropy }),
    published: () => publishedEntropy,
  },
  truncated('per-matrix r=64', 'per-matrix-svd', 64, (cell) => cell.accuracy.perMatrix64),
  truncated('joint n/2', 'joint-svd', 'half', (cell) => cell.accuracy.jointHalf),
  truncated('joint n', 'joint-svd', 'full', (cell) => cell.accuracy.jointFull),
  components(3, (cell) => cell.accuracy.trajectory3),
  components(5, (cell) => cell.accuracy.trajectory5),
  {
    name: 'baseline',
    table: 'four',
    format: 'accuracy',
    says: 'Mean test accuracy of the run itself.',
    value: ({ testAccuracy }) => meanAccuracy(testAccuracy),
    nulls: (_, chance) => ({ [chanceName]: chance }),
    published: (cell) => cell.accuracy.baseline,
  },
];

/** Every column of the paper's tables 2, 3 and 4 of one run. */
export const measurementsOf = ({ cell, inGrid, analysis }: CellResult<RunAnalysis>): Measurement[] => {
  const paper = inGrid ? publishedCell(cell.scale, cell.decay) : undefined;
  const chance = 1 / cell.config.model.prime;
  return rows.map(({ name, table, format, says, value, nulls, published }): Measurement => {
    const measured = analysis && value(analysis);
    const inPaper = paper && published?.(paper);
    const found = analysis === undefined ? {} : (nulls?.(analysis, chance) ?? {});
    return {
      ...{ name, table: tableTitles[table], format, says },
      ...(measured === undefined ? {} : { value: measured }),
      nulls: Object.entries(found).flatMap(([of, amount]) =>
        amount === undefined ? [] : [{ name: of, value: amount }],
      ),
      ...(inPaper === undefined ? {} : { published: inPaper }),
    };
  });
};

/** Accuracy at each rank, and that of the walk to the same end. */
export const curvesOf = (
  run: RunFile,
  { testAccuracy, reconstructions, controls }: RunAnalysis,
): Measured => {
  const trajectory = reconstructions.find(({ method }) => method === 'trajectory-pca');
  return {
    step: run.lastStep,
    testAccuracy,
    reconstructions,
    nullCurves: [
      {
        name: walkName,
        fullRank: trajectory?.fullRank ?? controls.walk.points.length,
        points: controls.walk.points,
      },
    ],
  };
};
