import type {
  Amount,
  Measurement,
  ReconstructionMethod,
  ReconstructionSubject,
} from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import type { RunAnalysis } from '../../analyses/controls/analysis.js';
import type { SiteSelectivity } from '../../analyses/controls/siteSelectivity.js';
import { meanAccuracy, type Accuracies } from '../../../contract/rankForAccuracy.js';
import { selectivityIndex } from '../../geometry/reconstruction/selectivity.js';
import type { CellResult, Measured } from '../paper.js';
import {
  publishedCell,
  publishedEntropy,
  publishedFirstComponent,
  publishedFirstThree,
  publishedOwnDrop,
  type PublishedCell,
} from './published.js';

export const tableTitles = {
  two: 'Table 2: components that carry the solution',
  three: 'Table 3: ranks for the energy, share of the full rank',
  four: 'Table 4: mean test accuracy of reconstructions',
  five: 'Table 5: selectivity index by site, 10 directions of activations or weights, mean over the tasks',
  six: 'Table 6: overlap of the tasks’ directions by site',
  weights: 'Beside Table 4: the final weights and the change without decay, cut instead of the change',
} as const;

/** A measurement as a function of a run's measurements and the paper's published values. */
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
const decayWalkName = 'decay and a walk to the same end';
const walksName = 'random walks, mean';
const chanceName = 'chance';
const shuffledName = 'the same entries shuffled';

const orAbove = (rank: number | undefined, scanned: number): Amount => rank ?? { above: scanned };

const kStar = (percent: 95 | 99): Row => ({
  name: `k*(${percent})`,
  table: 'two',
  format: 'count',
  says: `Smallest number of trajectory components with which each task reaches ${percent} % of its own baseline accuracy. Nulls: a random walk with the run’s step lengths, and decay with a walk of what it leaves of them, both ending where the run ends.`,
  value: ({ kStar: { share95, share99, scanned } }) => orAbove(percent === 95 ? share95 : share99, scanned),
  nulls: ({ kStar: { scanned }, controls: { walk, decayWalk } }) => ({
    [walkName]: orAbove(percent === 95 ? walk.kStar95 : walk.kStar99, scanned),
    [decayWalkName]: decayWalk && orAbove(percent === 95 ? decayWalk.kStar95 : decayWalk.kStar99, scanned),
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

/** Mean accuracy over the tasks at one rank of a method; undefined if that rank was not evaluated. */
export const accuracyAt = (
  { reconstructions }: RunAnalysis,
  method: ReconstructionMethod,
  rank: number | 'half' | 'full',
  of: ReconstructionSubject = 'change',
): number | undefined => {
  const entry = reconstructions.find((candidate) => candidate.method === method && candidate.of === of);
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

/**
 * The paper's truncation applied to what the paper does not truncate. The null of compression is the change,
 * truncated to the same rank.
 */
const beside = (
  method: ReconstructionMethod,
  rank: number | 'half',
  of: 'weights' | 'change-without-decay',
): Row => {
  const cut = method === 'joint-svd' ? 'joint n/2' : `r=${rank}`;
  return {
    name: of === 'weights' ? `weights, ${cut}` : `without decay, ${cut}`,
    table: 'weights',
    format: 'accuracy',
    says: `Mean test accuracy over the tasks when ${of === 'weights' ? 'the trunk’s final weights' : 'the trunk’s changes without decay, θT − c·θ0,'} are cut to this rank instead of their changes.`,
    value: (analysis) => accuracyAt(analysis, method, rank, of),
    nulls: (analysis, chance) => ({
      'the change, cut alike': accuracyAt(analysis, method, rank),
      [chanceName]: chance,
    }),
  };
};

const components = (rank: number, published: (cell: PublishedCell) => number): Row => ({
  name: `trajectory k=${rank}`,
  table: 'four',
  format: 'accuracy',
  says: `Mean test accuracy over the tasks when the change of all parameters is replaced by its part in the span of ${rank} trajectory components.`,
  value: (analysis) => accuracyAt(analysis, 'trajectory-pca', rank),
  nulls: ({ controls: { walk, decayWalk } }) => {
    const accuracyOf = (points: typeof walk.points | undefined): number | undefined => {
      const point = points?.find((candidate) => candidate.rank === rank);
      return point && meanAccuracy(point.testAccuracy);
    };
    return { [walkName]: accuracyOf(walk.points), [decayWalkName]: accuracyOf(decayWalk?.points) };
  },
  published,
});

const meanOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The paper uses the directions of the last trunk layer and the read-out. */
type SiteName = 'embedding' | 'after layer 1' | 'after the last layer' | 'read-out';
const siteOf = ({ sites }: RunAnalysis, name: SiteName): SiteSelectivity | undefined =>
  ({
    embedding: sites[0],
    'after layer 1': sites.length > 3 ? sites[1] : undefined,
    'after the last layer': sites.at(-2),
    'read-out': sites.at(-1),
  })[name];

const siteNames = ['embedding', 'after layer 1', 'after the last layer', 'read-out'] as const;
const isPapersSite = (name: SiteName): boolean => name === 'after the last layer' || name === 'read-out';

const selectivityRows = (name: SiteName): readonly Row[] => [
  {
    name: `SI ${name}`,
    table: 'five',
    format: 'number',
    says: '(own drop − mean other drop)/(sum of both) when the 10 leading directions of a task’s gradients by these activations are taken out of them; mean over the tasks.',
    value: (analysis) => meanOf(siteOf(analysis, name)?.tasks.flatMap(({ index }) => index ?? []) ?? []),
    ...(isPapersSite(name) ? { published: (cell: PublishedCell) => cell.selectivity } : {}),
  },
  {
    name: `own drop ${name}`,
    table: 'five',
    format: 'accuracy',
    says: 'Drop in test accuracy of the task whose directions are taken out, lowest to highest over the tasks. Null: as many random directions, mean drop.',
    value: (analysis) => spread(siteOf(analysis, name)?.tasks.map(({ ownDrop }) => ownDrop)),
    nulls: (analysis) => ({ 'random directions': siteOf(analysis, name)?.randomDrop }),
    ...(isPapersSite(name) ? { published: () => range(publishedOwnDrop) } : {}),
  },
  {
    name: `others’ drop ${name}`,
    table: 'five',
    format: 'accuracy',
    says: 'Mean drop of the other tasks, lowest to highest. Null: random directions.',
    value: (analysis) => spread(siteOf(analysis, name)?.tasks.map(({ othersDrop }) => othersDrop)),
    nulls: (analysis) => ({ 'random directions': siteOf(analysis, name)?.randomDrop }),
  },
  {
    name: `overlap ${name}`,
    table: 'six',
    format: 'accuracy',
    says: 'Mean squared cosine between two tasks’ subspaces. Null: two random subspaces, k/d.',
    value: (analysis) => siteOf(analysis, name)?.overlap,
    nulls: (analysis) => {
      const site = siteOf(analysis, name);
      return { 'k/d': site && site.directions / site.dimensions };
    },
    ...(isPapersSite(name) ? { published: (cell: PublishedCell) => cell.overlap } : {}),
  },
];

type Selectivity = NonNullable<RunAnalysis['selectivity']>;
/**
 * The paper's text removes directions from "the final weight vector" and does not say whether the mean gradient
 * is one of them.
 */
const weightVariants = [
  { name: 'of weights', how: 'second moment', entriesOf: (found: Selectivity) => found.tasks },
  {
    name: 'of weights, about the mean',
    how: 'covariance',
    entriesOf: (found: Selectivity) => found.aboutMean?.tasks,
  },
] as const;
type Drop = (after: Accuracies, task: string, baseline: Accuracies) => number;
const ownDrop: Drop = (after, task, baseline) => baseline[task]! - after[task]!;
const othersDrop: Drop = (after, task, baseline) =>
  meanOf(Object.keys(baseline).flatMap((other) => (other === task ? [] : ownDrop(after, other, baseline)))) ??
  0;

const movedAlike = {
  'random moves as long': 'testAccuracy',
  'random moves as long in every tensor': 'tensorByTensor',
} as const;

const weightRows = ({ name, how, entriesOf }: (typeof weightVariants)[number]): readonly Row[] => {
  const tasksOf = ({ selectivity }: RunAnalysis) => (selectivity && entriesOf(selectivity)) ?? [];
  const drop = (title: string, says: string, dropOf: Drop): Row => ({
    ...{ name: `${title} ${name}`, table: 'five', format: 'accuracy' },
    says: `${says}, lowest to highest over the tasks. Nulls: moves of the weights as long as that of the same task, along random directions (mean of 3), as a whole and tensor by tensor.`,
    value: (analysis) =>
      spread(tasksOf(analysis).map((entry) => dropOf(entry.testAccuracy, entry.task, analysis.testAccuracy))),
    nulls: (analysis) =>
      Object.fromEntries(
        Object.entries(movedAlike).map(([of, key]) => [
          of,
          spread(
            tasksOf(analysis).flatMap(({ task, equalMoves }) =>
              equalMoves === undefined ? [] : dropOf(equalMoves[key], task, analysis.testAccuracy),
            ),
          ),
        ]),
      ),
  });
  return [
    {
      ...{ name: `SI ${name}`, table: 'five', format: 'number' },
      says: `The same index when the 10 leading directions of a task’s gradients by all weights (${how}) are taken out of the final weights; mean over the tasks. Nulls: random moves as long.`,
      value: (analysis) => meanOf(tasksOf(analysis).flatMap(({ index }) => index ?? [])),
      nulls: (analysis) =>
        Object.fromEntries(
          Object.entries(movedAlike).map(([of, key]) => [
            of,
            meanOf(
              tasksOf(analysis).flatMap(({ task, equalMoves }) =>
                equalMoves === undefined
                  ? []
                  : (selectivityIndex(task, analysis.testAccuracy, equalMoves[key]) ?? []),
              ),
            ),
          ]),
        ),
    },
    drop('own drop', 'Drop in test accuracy of the task whose directions are taken out', ownDrop),
    drop('others’ drop', 'Mean drop of the other tasks', othersDrop),
    {
      ...{ name: `overlap ${name}`, table: 'six', format: 'accuracy' },
      says: `Mean squared cosine between two tasks’ subspaces of all weights (${how}). Null: two random subspaces, k/number of weights.`,
      value: ({ selectivity }) =>
        meanOf(
          (how === 'covariance' ? selectivity?.aboutMean : selectivity)?.overlaps.map(
            ({ overlap }) => overlap,
          ) ?? [],
        ),
      nulls: ({ selectivity, run }) => ({ 'k/d': selectivity && selectivity.directions / run.parameters }),
    },
  ];
};

const spread = (values: readonly number[] | undefined): Amount | undefined =>
  values === undefined || values.length === 0
    ? undefined
    : { low: Math.min(...values), high: Math.max(...values) };

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
  ...[32, 64, 80, 96].map((rank) => beside('per-matrix-svd', rank, 'weights')),
  beside('per-matrix-svd', 64, 'change-without-decay'),
  beside('joint-svd', 'half', 'weights'),
  ...siteNames.flatMap(selectivityRows),
  ...weightVariants.flatMap(weightRows),
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
  const trajectory = reconstructions.find(({ method, of }) => method === 'trajectory-pca' && of === 'change');
  return {
    step: run.lastStep,
    testAccuracy,
    reconstructions,
    nullCurves: [
      { name: walkName, points: controls.walk.points },
      ...(controls.decayWalk ? [{ name: decayWalkName, points: controls.decayWalk.points }] : []),
    ].map(({ name, points }) => ({ name, fullRank: trajectory?.fullRank ?? points.length, points })),
  };
};
