import type { ReconstructionEntry, Sweep, SweepCell } from '../../../extension/contract/report.js';
import type { Curve, Mark, Panel, PanelsFigure } from '../../charts/figure.js';
import { edgeLook, nullLook } from '../../charts/looks.js';
import { integer, number } from '../../words/numbers.js';
import { isChance } from '../../report/chance.js';
import { kStar, rangeText } from '../reconstruction/rankNeeded.js';
import { statusSays } from './sentences.js';
import { accuracyOf, cellAt, type Accuracy, type Measured, type Slice } from '../../report/sweepCells.js';
import { say } from '../../words/say.js';
import { inOrder, lookOf, rebuildingName } from '../reconstruction/figure.js';

type Place = Pick<Panel, 'row' | 'column'>;

/** Scales by weight decays: accuracy against rank, one small chart per run. */
export function sweepFigure(
  { scales, decays }: Sweep,
  cells: readonly SweepCell[],
  slice: Slice,
  task: string | undefined,
): PanelsFigure {
  const panels = scales.flatMap((scale, row) =>
    decays.map((decay, column) =>
      panelOf(cellAt({ sweepCells: [...cells] }, slice, scale, decay), { row, column }, task),
    ),
  );
  return {
    ...frameOf(cells),
    rows: scales,
    columns: decays.map((decay) => say('sweep.decayIs', { decay: number(decay) })),
    panels,
  };
}

/** The runs beside the grid, side by side. */
export const besideFigure = (cells: readonly SweepCell[], task: string | undefined): PanelsFigure => ({
  ...frameOf(cells),
  rows: [''],
  columns: cells.map(({ name }) => name),
  panels: cells.map((cell, column) => panelOf(cell, { row: 0, column }, task)),
});

const frameOf = (cells: readonly SweepCell[]): Pick<PanelsFigure, 'kind' | 'x' | 'y'> => {
  const ranks = cells.flatMap(
    ({ measured }) => measured?.reconstructions.map(({ fullRank }) => fullRank) ?? [],
  );
  return {
    kind: 'panels',
    x: {
      title: say('rank.axis'),
      scale: 'log',
      format: 'percent',
      range: [0.8 / Math.max(2, ...ranks), 1.15],
    },
    y: { title: say('rank.accuracy'), scale: 'linear', format: 'percent', range: [-0.04, 1.06] },
  };
};

function panelOf(cell: SweepCell | undefined, place: Place, task: string | undefined): Panel {
  if (!cell?.measured)
    return {
      ...place,
      curves: [],
      note: cell ? say('sweep.notMeasuredBecause', { status: statusSays(cell) }) : '',
    };
  const { measured } = cell;
  return {
    ...place,
    curves: [...methodCurves(measured, task), ...nullCurves(measured, task)],
    marks: marksOf(measured, cell.chance, task),
    note: say('sweep.notMeasured'),
  };
}

/** Of the change and of the final weights. Without decay these nearly agree, and panels are small. */
const methodCurves = ({ reconstructions }: Measured, task: string | undefined): Curve[] =>
  inOrder(reconstructions.filter(({ of }) => of !== 'change-without-decay')).map((entry) => ({
    name: rebuildingName(entry),
    ...along(entry.points, entry.fullRank, task),
    look: lookOf(entry),
  }));

const nullCurves = (measured: Measured, task: string | undefined): Curve[] =>
  measured.nullCurves.map(({ name, fullRank, points }, index) => ({
    name,
    ...along(points, fullRank, task),
    look: { ...nullLook, dash: nullDashes[index % nullDashes.length]! },
  }));
const nullDashes = [nullLook.dash, 'dashdot', 'dot'] as const;

const along = (
  points: readonly { readonly rank: number; readonly testAccuracy?: Accuracy | undefined }[],
  fullRank: number,
  task: string | undefined,
): Pick<Curve, 'x' | 'y' | 'notes'> => {
  const measured = points.flatMap(({ rank, testAccuracy }) => {
    const y = testAccuracy && accuracyOf(testAccuracy, task);
    return y === undefined ? [] : [{ rank, y }];
  });
  return {
    x: measured.map(({ rank }) => rank / fullRank),
    y: measured.map(({ y }) => y),
    notes: measured.map(({ rank }) => say('rank.point', { rank, full: fullRank })),
  };
};

function marksOf(
  { reconstructions, testAccuracy }: Measured,
  chance: number,
  task: string | undefined,
): Mark[] {
  const baseline = accuracyOf(testAccuracy, task);
  const trajectory = reconstructions.find(({ method, of }) => method === 'trajectory-pca' && of === 'change');
  return [
    { across: 'y', at: chance, label: '', look: nullLook },
    ...(baseline === undefined ? [] : [{ across: 'y' as const, at: baseline, label: '', look: edgeLook }]),
    // A run that guesses also guesses at rank 1.
    ...(trajectory && !isChance(baseline, chance) ? starsOf(trajectory) : []),
  ];
}

/** k*(95%) and k*(99%) of the trajectory. */
function starsOf(trajectory: ReconstructionEntry): Mark[] {
  const { points, fullRank } = trajectory;
  const ranks = [0.95, 0.99].map((share) => kStar(trajectory, share));
  const beyond = say('sweep.above', { scanned: integer(points.at(-1)?.rank ?? fullRank) });
  const [share95, share99] = ranks.map((rank) => (rank === undefined ? beyond : rangeText(rank)));
  const label = say('sweep.kStars', { share95: share95!, share99: share99! });
  return [...new Set(ranks.map((rank) => rank?.to))]
    .filter((rank) => rank !== undefined)
    .map((rank, i): Mark => ({
      across: 'x',
      at: rank / fullRank,
      label: i === 0 ? label : '',
      look: edgeLook,
    }));
}
