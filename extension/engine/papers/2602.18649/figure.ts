import type { ReconstructionMethod } from '../../../contract/report.js';
import { meanAccuracy } from '../../geometry/reconstruction/rankForAccuracy.js';
import type { RunAnalysis } from '../../analyses/controls/analysis.js';

const size = { width: 300, height: 190, left: 34, right: 18, top: 10, bottom: 30 } as const;

const methods: readonly { readonly method: ReconstructionMethod; readonly name: string }[] = [
  { method: 'trajectory-pca', name: 'trajectory' },
  { method: 'per-matrix-svd', name: 'per-matrix' },
  { method: 'joint-svd', name: 'joint' },
];

interface Point {
  /** Share of the full rank. */
  readonly x: number;
  readonly y: number;
}

/** Shares of the full rank below this are drawn at the left edge. */
const smallest = 0.005;
const place = ({ x, y }: Point): string => {
  const along = 1 - Math.log(Math.max(x, smallest)) / Math.log(smallest);
  const left = size.left + along * (size.width - size.left - size.right);
  const top = size.top + (1 - y) * (size.height - size.top - size.bottom);
  return `${left.toFixed(1)},${top.toFixed(1)}`;
};

const line = (points: readonly Point[], look: string): string =>
  points.length === 0 ? '' : `<polyline class="${look}" points="${points.map(place).join(' ')}"/>`;

const text = (at: Point, shift: readonly [number, number], anchor: string, content: string): string => {
  const [left, top] = place(at).split(',').map(Number) as [number, number];
  return `<text x="${left + shift[0]}" y="${top + shift[1]}" text-anchor="${anchor}">${content}</text>`;
};

/**
 * One of the small multiples: mean accuracy of the three methods, and of the walk to the same end, over the share of the
 * full rank; baseline and chance as lines, k*(95) marked. SVG without styles of its own: the page's sheet colours the
 * classes.
 */
export const accuracyFigure = (analysis: RunAnalysis, chance: number, label: string): string => {
  const { reconstructions, kStar, controls, testAccuracy } = analysis;
  const curves = methods.flatMap(({ method, name }) => {
    const entry = reconstructions.find((candidate) => candidate.method === method);
    const points = (entry?.points ?? []).flatMap(({ rank, testAccuracy: found }) =>
      found ? [{ x: rank / entry!.fullRank, y: meanAccuracy(found) }] : [],
    );
    return [line(points, name)];
  });
  const full = reconstructions.find(({ method }) => method === 'trajectory-pca')?.fullRank ?? 1;
  const walk = controls.walk.points.map(({ rank, testAccuracy: found }) => ({
    x: rank / full,
    y: meanAccuracy(found),
  }));
  const across = (y: number, look: string): string =>
    line(
      [
        { x: smallest, y },
        { x: 1, y },
      ],
      look,
    );
  const star = kStar.share95 === undefined ? [] : [kStar.share95 / full];
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${label}">`,
    across(0, 'axis'),
    line(
      [
        { x: smallest, y: 0 },
        { x: smallest, y: 1 },
      ],
      'axis',
    ),
    across(meanAccuracy(testAccuracy), 'baseline'),
    across(chance, 'chance'),
    ...star.map((x) =>
      line(
        [
          { x, y: 0 },
          { x, y: 1 },
        ],
        'star',
      ),
    ),
    line(walk, 'walk'),
    ...curves,
    ...[0, 0.5, 1].map((y) => text({ x: smallest, y }, [-5, 4], 'end', y.toFixed(1))),
    ...[0.01, 0.1, 1].map((x) => text({ x, y: 0 }, [0, 14], 'middle', `${100 * x} %`)),
    text({ x: 0.07, y: 0 }, [0, 26], 'middle', 'rank, share of the full rank'),
    ...star.map((x) => text({ x, y: 1 }, [3, 12], 'start', `k*(95) = ${kStar.share95}`)),
    '</svg>',
  ].join('');
};
