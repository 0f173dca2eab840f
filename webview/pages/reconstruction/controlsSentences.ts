import type { ControlEntry, ReconstructionEntry } from '../../../extension/contract/report.js';
import { accuracyOf } from '../../report/sweepCells.js';
import { say } from '../../words/say.js';
import { counted } from '../../words/counts.js';
import { integer, number, percent } from '../../words/numbers.js';
import { kStar } from './rankNeeded.js';

const meanPercent = (accuracy: Readonly<Record<string, number>> | undefined): string | undefined => {
  const mean = accuracy && accuracyOf(accuracy, undefined);
  return mean === undefined ? undefined : percent(mean);
};

/**
 * The result of each null for the claim that few components of the trajectory carry the solution; one sentence
 * each.
 */
export function controlsSay(
  controls: readonly ControlEntry[],
  trajectory: ReconstructionEntry | undefined,
): string[] {
  if (!trajectory) return [];
  const rank = kStar(trajectory, 0.95)?.to ?? trajectory.points.at(-1)?.rank ?? 1;
  return controls.flatMap((entry) => says[entry.kind](entry, trajectory, rank) ?? []);
}

/** The point with the highest rank that is not above the given one. */
const upTo = <P extends { readonly rank: number }>(points: readonly P[], rank: number): P | undefined =>
  points.filter((point) => point.rank <= rank).at(-1);

type Sentence = (entry: ControlEntry, trajectory: ReconstructionEntry, rank: number) => string | undefined;

const walkSays =
  (key: 'controls.walkSays' | 'controls.decaySays'): Sentence =>
  ({ points }, trajectory, rank) => {
    const point = upTo(points, rank);
    const own = meanPercent(upTo(trajectory.points, rank)?.testAccuracy);
    const accuracy = meanPercent(point?.testAccuracy);
    return point && own && accuracy
      ? say(key, { components: counted(point.rank, 'components'), accuracy, own })
      : undefined;
  };

const says: { readonly [K in ControlEntry['kind']]: Sentence } = {
  'random-walk': walkSays('controls.walkSays'),
  'decay-walk': walkSays('controls.decaySays'),
  'early-components': ({ points, lastStep = 0 }, { baseline }) => {
    const [best] = [...points].sort(
      (a, b) => (accuracyOf(b.testAccuracy, undefined) ?? 0) - (accuracyOf(a.testAccuracy, undefined) ?? 0),
    );
    const own = meanPercent(baseline?.testAccuracy);
    const accuracy = meanPercent(best?.testAccuracy);
    return best && own && accuracy
      ? say('controls.earlySays', { rank: integer(best.rank), step: integer(lastStep), accuracy, own })
      : undefined;
  },
  'random-directions': ({ points }) => {
    const last = points.at(-1);
    const accuracy = meanPercent(last?.testAccuracy);
    return last && accuracy
      ? say('controls.randomSays', {
          directions: counted(last.rank, 'randomDirections'),
          energy: number(last.energy, 2),
          accuracy,
        })
      : undefined;
  },
};
