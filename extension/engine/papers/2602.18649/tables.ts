import type { SweepTable } from '../../../contract/report.js';
import type { ControlPoint, RunAnalysis } from '../../analyses/controls/analysis.js';
import { meanAccuracy } from '../../../contract/rankForAccuracy.js';
import { accuracy, measurementTable, none, seedTable, share, whole } from '../measurementTable.js';
import type { CellResult } from '../paper.js';
import { measurementsOf, tableTitles } from './measurements.js';
import { publishedGrokStep, publishedSelectivity } from './published.js';

type Result = CellResult<RunAnalysis>;

const pointTable = (
  title: string,
  rows: readonly { readonly of: string; readonly points: readonly ControlPoint[] }[],
  notes: string[],
): SweepTable => ({
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

const runsTable = (results: readonly Result[]): SweepTable => ({
  title: 'Runs',
  columns: [
    'run',
    'weight decay',
    'status',
    'last step',
    'grokked at',
    'published',
    'threads',
    'training',
    'test',
  ],
  rows: results.map(({ cell, status, step, grokStep, analysis, run }) => [
    cell.name,
    String(cell.decay),
    status,
    String(step),
    whole(grokStep),
    whole(publishedGrokStep(cell)),
    whole(run?.threads),
    accuracy(analysis && meanAccuracy(analysis.trainAccuracy)),
    accuracy(analysis && meanAccuracy(analysis.testAccuracy)),
  ]),
  notes: [
    'Accuracies are means over the tasks at the last checkpoint. Published steps are approximate (2602.18649 §2; single tasks 2602.16746). Threads are those of one operator: another number changes the order of sums, and can move or flip a run.',
    ...results.flatMap(({ cell, unreadable }) =>
      unreadable === undefined ? [] : [`${cell.name}: ${unreadable.message}`],
    ),
  ],
});

/** Runs that memorise and do not grok. */
const controlTable = (controls: readonly Result[]): SweepTable[] => {
  const measured = controls.flatMap(({ cell, analysis }) => (analysis ? [{ cell, analysis }] : []));
  if (measured.length === 0) return [];
  return [
    {
      title: 'A run that does not grok (weight decay 0)',
      columns: [
        ...['run', 'training', 'test', 'k*(95) of training accuracy'],
        ...['PC1', 'walk PC1', '3 PCs', 'walk 3 PCs'],
      ],
      rows: measured.map(({ cell, analysis }) => {
        const { kStarTrain95, kStar: scan, components: parts, trainAccuracy, testAccuracy } = analysis;
        return [
          cell.name,
          accuracy(meanAccuracy(trainAccuracy)),
          accuracy(meanAccuracy(testAccuracy)),
          kStarTrain95?.toString() ?? `>${scan.scanned}`,
          share(parts.first),
          share(parts.walk.first.mean),
          share(parts.firstThree),
          share(parts.walk.firstThree.mean),
        ];
      }),
      notes: [
        'If few components also carry what a run has only memorised, few components are a property of trajectories and not of grokking.',
      ],
    },
  ];
};

const selectivityTable = (name: string, { selectivity, testAccuracy }: RunAnalysis): SweepTable[] => {
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
      columns: ['directions of', 'index', 'length of the move', ...tasks],
      rows: [
        ...selectivityRows(selectivity.tasks, ''),
        ...selectivityRows(selectivity.aboutMean?.tasks ?? [], ', about the mean'),
        ['ten random directions', none, none, ...Object.values(selectivity.randomTestAccuracy).map(accuracy)],
      ],
      notes: [
        'The rows below each task move the weights as far along random directions, means of 3 draws: as a whole, and tensor by tensor. Taking out ten random directions of so many moves the weights hardly at all.',
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
  tasks.flatMap(({ task, index, testAccuracy, equalMoves }) => {
    const row = (what: string, value: number | undefined, after: typeof testAccuracy): string[] => [
      what,
      value?.toFixed(2) ?? none,
      equalMoves?.length.toFixed(2) ?? none,
      ...Object.values(after).map(accuracy),
    ];
    return [
      row(`${task}${how}`, index, testAccuracy),
      ...(equalMoves === undefined
        ? []
        : [
            row('random, as long', undefined, equalMoves.testAccuracy),
            row('random, as long in every tensor', undefined, equalMoves.tensorByTensor),
          ]),
    ];
  });

/** Mean squared cosines between the subspaces of two tasks. */
const overlapsOf = (overlaps: Selectivity['overlaps']): string =>
  `overlap (mean squared cosine) ${overlaps.map(({ tasks, overlap }) => `${tasks.join(' and ')} ${overlap.toFixed(3)}`).join(', ')}`;

const detailTables = ({ cell: { name }, analysis }: Result): SweepTable[] => {
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

/** Every table of a reproduction, the paper's own first. */
export const tablesOf = (results: readonly Result[]): SweepTable[] => {
  const controls = results.filter(({ cell, inGrid }) => !inGrid && cell.decay === 0);
  const cells = results.filter((result) => !controls.includes(result));
  const runs = cells.map((result) => ({ result, measurements: measurementsOf(result) }));
  const several = runs.filter(({ result }) => result.cell.tasks.length > 1);
  return [
    measurementTable(tableTitles.two, runs, [
      'k*: the smallest number of trajectory components with which each task reaches 95 % (99 %) of its own baseline accuracy. Trajectory PCA of all parameters, uncentred, at most 100 checkpoints.',
      'Nulls of k*: a random walk with the run’s step lengths, and decay as the run decays with a walk of what it leaves of them; both are mirrored and scaled to end where the run ends. Null of PC1 and 3 PCs: random walks with the same step lengths.',
    ]),
    measurementTable(tableTitles.three, runs, [
      'Of the changes of the trunk’s matrices (Q, K, V, O, FF1, FF2 of each layer). Null: the same entries in another order.',
    ]),
    measurementTable(tableTitles.four, runs, [
      'Per-matrix and joint SVD rebuild the trunk, the rest keeps its final values. Null: chance, 1/97; for trajectory PCA the random walk to the same end, and decay with a walk.',
    ]),
    measurementTable(tableTitles.weights, runs, [
      'The paper’s claim that a solution fails at sub-full rank is about the change θT − θ0, which still holds the start that weight decay took away; it does not say how far the final weights can be compressed. The rows here do.',
    ]),
    measurementTable(tableTitles.five, several, [
      'At the read-out each task’s gradients lie in the span of its own head’s rows, of which a direction of another task has little: that is why taking it out is selective. A task’s head alone has an index of 1.00 trivially, as no other task’s loss has a gradient there.',
      'Directions of weights stand beside random moves of the same length: an index near 0 with all tasks at chance says that the move destroys the model, and not that the tasks share it.',
    ]),
    measurementTable(tableTitles.six, several, [
      'Two random subspaces of k dimensions among d overlap by k/d: subspaces that are “nearly orthogonal” at this level are so by chance.',
    ]),
    ...Object.values(tableTitles).flatMap((title) => seedTable(title, runs)),
    runsTable(results),
    ...controlTable(controls),
    ...cells.flatMap(detailTables),
  ];
};
