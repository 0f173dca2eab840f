import type { ReconstructionMethod } from '../../../contract/report.js';
import { meanAccuracy } from '../../geometry/reconstruction/rankForAccuracy.js';
import type { ControlPoint, RunAnalysis } from '../../analyses/controls/analysis.js';
import type { PublishedCell } from './published.js';
import { publishedEntropy, publishedFirstComponent, publishedSelectivity } from './published.js';
import type { CellResult, Results } from './results.js';

/** A table of words; what was not measured is an en dash. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences under it: definitions, nulls, what to read with care. */
  readonly notes: readonly string[];
}

const none = '–';
const percent = (value: number | undefined): string => (value === undefined ? none : value.toFixed(0));
const share = (value: number | undefined): string =>
  value === undefined ? none : `${(100 * value).toFixed(1)} %`;
const accuracy = (value: number | undefined): string => (value === undefined ? none : value.toFixed(3));
const whole = (value: number | undefined): string => (value === undefined ? none : String(value));

/** One column of a table whose cells stand as measured, published and null. */
interface Triple {
  readonly title: string;
  readonly measured: (analysis: RunAnalysis) => string;
  readonly published: (cell: PublishedCell) => string;
  readonly null: (analysis: RunAnalysis, chance: number) => string;
}

const kStar = (rank: number | undefined, scanned: number): string => rank?.toString() ?? `>${scanned}`;

const tableTwo: readonly Triple[] = [
  {
    title: 'k*(95)',
    measured: ({ kStar: { share95, scanned } }) => kStar(share95, scanned),
    published: ({ kStar95 }) => String(kStar95),
    null: ({ kStar: { scanned }, controls }) => kStar(controls.walk.kStar95, scanned),
  },
  {
    title: 'k*(99)',
    measured: ({ kStar: { share99, scanned } }) => kStar(share99, scanned),
    published: ({ kStar99 }) => String(kStar99),
    null: ({ kStar: { scanned }, controls }) => kStar(controls.walk.kStar99, scanned),
  },
  {
    title: 'PC1',
    measured: ({ components }) => share(components.first),
    published: () => publishedFirstComponent.map((value) => (100 * value).toFixed(0)).join('–') + ' %',
    null: ({ components }) => share(components.walk.first.mean),
  },
  {
    title: '3 PCs',
    measured: ({ components }) => share(components.firstThree),
    published: () => '> 96 %',
    null: ({ components }) => share(components.walk.firstThree.mean),
  },
];

const percentRange = ([low, high]: readonly [number, number]): string =>
  low === high ? String(low) : `${low}–${high}`;

const tableThree: readonly Triple[] = [
  {
    title: 'k90, mean of matrices',
    measured: ({ energyRanks }) => percent(energyRanks.meanOverMatrices.rank90),
    published: ({ rank90Percent }) => percentRange(rank90Percent),
    null: ({ energyRanks }) => percent(energyRanks.shuffled.rank90),
  },
  {
    title: 'k99, mean of matrices',
    measured: ({ energyRanks }) => percent(energyRanks.meanOverMatrices.rank99),
    published: ({ rank99Percent }) => percent(rank99Percent),
    null: ({ energyRanks }) => percent(energyRanks.shuffled.rank99),
  },
  {
    title: 'k90, together',
    measured: ({ energyRanks }) => percent(energyRanks.together.rank90),
    published: ({ rank90Percent }) => percentRange(rank90Percent),
    null: () => none,
  },
  {
    title: 'k99, together',
    measured: ({ energyRanks }) => percent(energyRanks.together.rank99),
    published: ({ rank99Percent }) => percent(rank99Percent),
    null: () => none,
  },
  {
    title: 'entropy',
    measured: ({ energyRanks }) => energyRanks.entropy.toFixed(2),
    published: () => `~${publishedEntropy}`,
    null: ({ energyRanks }) => energyRanks.shuffled.entropy.toFixed(2),
  },
];

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

const walkAt = ({ controls }: RunAnalysis, rank: number): number | undefined => {
  const point = controls.walk.points.find((candidate) => candidate.rank === rank);
  return point && meanAccuracy(point.testAccuracy);
};

const truncated = (
  title: string,
  method: ReconstructionMethod,
  rank: number | 'half',
  published: (cell: PublishedCell) => number,
): Triple => ({
  title,
  measured: (analysis) => accuracy(accuracyAt(analysis, method, rank)),
  published: (cell) => accuracy(published(cell)),
  null: (_, chance) => accuracy(chance),
});

const components = (rank: number, published: (cell: PublishedCell) => number): Triple => ({
  title: `trajectory k=${rank}`,
  measured: (analysis) => accuracy(accuracyAt(analysis, 'trajectory-pca', rank)),
  published: (cell) => accuracy(published(cell)),
  null: (analysis) => accuracy(walkAt(analysis, rank)),
});

const tableFour: readonly Triple[] = [
  truncated('per-matrix r=64', 'per-matrix-svd', 64, (cell) => cell.accuracy.perMatrix64),
  truncated('joint n/2', 'joint-svd', 'half', (cell) => cell.accuracy.jointHalf),
  {
    title: 'joint n',
    measured: (analysis) => accuracy(accuracyAt(analysis, 'joint-svd', 'full')),
    published: (cell) => accuracy(cell.accuracy.jointFull),
    null: () => none,
  },
  components(3, (cell) => cell.accuracy.trajectory3),
  components(5, (cell) => cell.accuracy.trajectory5),
  {
    title: 'baseline',
    measured: ({ testAccuracy }) => accuracy(meanAccuracy(testAccuracy)),
    published: (cell) => accuracy(cell.accuracy.baseline),
    null: (_, chance) => accuracy(chance),
  },
];

/** Rows of measured, published and null for every cell; a cell that was not measured has no null either. */
const tripleTable = (
  title: string,
  triples: readonly Triple[],
  cells: readonly CellResult[],
  chance: number,
  notes: readonly string[],
): Table => ({
  title,
  columns: ['run', 'weight decay', '', ...triples.map((triple) => triple.title)],
  rows: cells.flatMap(({ scale, tasks, decay, analysis, published }) => {
    const name = scale === 'single task' ? `${tasks.join(', ')} alone` : scale;
    const row = (kind: string, cellOf: (triple: Triple) => string): string[] => [
      name,
      String(decay),
      kind,
      ...triples.map(cellOf),
    ];
    return [
      row('measured', (triple) => (analysis ? triple.measured(analysis) : none)),
      ...(published ? [row('published', (triple) => triple.published(published))] : []),
      ...(analysis ? [row('null', (triple) => triple.null(analysis, chance))] : []),
    ];
  }),
  notes,
});

const pointTable = (
  title: string,
  rows: readonly { readonly of: string; readonly points: readonly ControlPoint[] }[],
  notes: readonly string[],
): Table => ({
  title,
  columns: ['', 'components', 'share of the change', 'mean test accuracy'],
  rows: rows.flatMap(({ of, points }) =>
    points.map(({ rank, energy, testAccuracy }) => [
      of,
      String(rank),
      share(energy),
      accuracy(meanAccuracy(testAccuracy)),
    ]),
  ),
  notes,
});

const runsTable = ({ grid, singles, control }: Results): Table => ({
  title: 'Runs',
  columns: ['run', 'weight decay', 'status', 'last step', 'grokked at', 'training', 'test'],
  rows: [...grid, ...singles, control].map(({ name, decay, status, step, analysis }) => [
    name,
    String(decay),
    status,
    String(step),
    whole(analysis?.run.grokStep),
    accuracy(analysis && meanAccuracy(analysis.trainAccuracy)),
    accuracy(analysis && meanAccuracy(analysis.testAccuracy)),
  ]),
  notes: [
    'Accuracies are means over the tasks at the last checkpoint.',
    ...[...grid, ...singles, control].flatMap(({ name, unreadable }) =>
      unreadable === undefined ? [] : [`${name}: ${unreadable}`],
    ),
  ],
});

const controlTable = ({ control }: Results): Table[] => {
  const { analysis } = control;
  if (analysis === undefined) return [];
  const { kStarTrain95, kStar: scan, components: parts, trainAccuracy, testAccuracy } = analysis;
  return [
    {
      title: 'A run that does not grok (addition, weight decay 0)',
      columns: ['training', 'test', 'k*(95) of training accuracy', 'PC1', 'walk PC1', '3 PCs', 'walk 3 PCs'],
      rows: [
        [
          accuracy(meanAccuracy(trainAccuracy)),
          accuracy(meanAccuracy(testAccuracy)),
          kStar(kStarTrain95, scan.scanned),
          share(parts.first),
          share(parts.walk.first.mean),
          share(parts.firstThree),
          share(parts.walk.firstThree.mean),
        ],
      ],
      notes: [
        'If few components also carry what a run has only memorised, few components are a property of trajectories and not of grokking.',
      ],
    },
  ];
};

const selectivityTable = (name: string, { selectivity, testAccuracy }: RunAnalysis): Table[] => {
  const tasks = Object.keys(testAccuracy);
  if (tasks.length < 2) return [];
  if (selectivity === undefined) {
    return [
      {
        title: `${name}: selectivity`,
        columns: ['directions of', 'index', ...tasks],
        rows: tasks.map((task) => [task, none, ...tasks.map(() => none)]),
        notes: ['Not measured: the gradients of this model do not fit into memory.'],
      },
    ];
  }
  return [
    {
      title: `${name}: selectivity, ${selectivity.directions} gradient directions of a task taken out`,
      columns: ['directions of', 'index', ...tasks],
      rows: [
        ...selectivityRows(selectivity.tasks, ''),
        ...selectivityRows(selectivity.aboutMean?.tasks ?? [], ', about the mean'),
        ['random', none, ...Object.values(selectivity.randomTestAccuracy).map(accuracy)],
      ],
      notes: [
        `Published: index ${publishedSelectivity.index.join('–')}, overlap ${publishedSelectivity.overlap.join('–')}.`,
        `Second moment of ${selectivity.batches} gradients on batches of ${selectivity.batch}: ${overlapsOf(selectivity.overlaps)}.`,
        ...(selectivity.aboutMean === undefined
          ? []
          : [
              `About the mean, as their covariance: ${overlapsOf(selectivity.aboutMean.overlaps)}. The paper does not say which; the mean gradient holds the weights against their decay, so that without it no task works.`,
            ]),
      ],
    },
  ];
};

type Selectivity = NonNullable<RunAnalysis['selectivity']>;

const selectivityRows = (tasks: Selectivity['tasks'], how: string): string[][] =>
  tasks.map(({ task, index, testAccuracy }) => [
    `${task}${how}`,
    index?.toFixed(2) ?? none,
    ...Object.values(testAccuracy).map(accuracy),
  ]);

/** Mean squared cosines between the subspaces of two tasks. */
const overlapsOf = (overlaps: Selectivity['overlaps']): string =>
  `overlap (mean squared cosine) ${overlaps.map(({ tasks, overlap }) => `${tasks.join(' and ')} ${overlap.toFixed(3)}`).join(', ')}`;

const detailTables = ({ name, analysis }: CellResult): Table[] => {
  if (analysis === undefined) return [];
  const { ablations, controls } = analysis;
  return [
    {
      title: `${name}: one component taken out`,
      columns: ['component', 'share of the change', ...Object.keys(analysis.testAccuracy)],
      rows: ablations.map(({ component, energy, testAccuracy }) => [
        `PC${component}`,
        share(energy),
        ...Object.values(testAccuracy).map(accuracy),
      ]),
      notes: ['The paper: taking out PC 1, 2 or 3 damages all tasks.'],
    },
    pointTable(
      `${name}: components of the early run, and random directions`,
      [
        ...controls.early.map(({ lastStep, points }) => ({ of: `checkpoints to step ${lastStep}`, points })),
        { of: 'random directions', points: controls.randomDirections.points },
      ],
      [
        'Components of the whole trajectory hold its end by construction, as the end is one of its rows; those of an early part do not.',
      ],
    ),
    ...selectivityTable(name, analysis),
  ];
};

const prime = 97;

/** Every table of a reproduction, the paper's own first. */
export const tablesOf = (results: Results): Table[] => {
  const cells = [...results.grid, ...results.singles];
  const chance = 1 / prime;
  return [
    tripleTable('Table 2: components that carry the solution', tableTwo, cells, chance, [
      'k*: the smallest number of trajectory components with which each task reaches 95 % (99 %) of its own baseline accuracy. Trajectory PCA of all parameters, uncentred, at most 100 checkpoints.',
      'Null of k*: a random walk with the run’s step lengths, mirrored and scaled to end where the run ends. Null of PC1 and 3 PCs: random walks with the same step lengths.',
    ]),
    tripleTable('Table 3: ranks for the energy, in percent of the full rank', tableThree, cells, chance, [
      'Of the changes of the trunk’s matrices (Q, K, V, O, FF1, FF2 of each layer). Null: the same entries in another order.',
    ]),
    tripleTable('Table 4: mean test accuracy of reconstructions', tableFour, cells, chance, [
      'Per-matrix and joint SVD rebuild the trunk, the rest keeps its final values. Null: chance, 1/97; for trajectory PCA the random walk to the same end.',
    ]),
    runsTable(results),
    ...controlTable(results),
    ...[...results.grid, ...results.singles].flatMap(detailTables),
  ];
};
