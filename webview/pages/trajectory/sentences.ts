import type { CheckpointEntry, TrajectoryEntry } from '../../../extension/contract/report.js';
import { zScore } from '../../../extension/contract/zScore.js';
import { beyondRun, meanResidual, shareOf } from './figure.js';
import { say } from '../../words/say.js';
import { bandName } from '../../words/bands.js';
import { counted } from '../../words/counts.js';
import { deviations, number, percent } from '../../words/numbers.js';

const sum = (values: readonly number[], count: number): number =>
  Math.min(
    1,
    values.slice(0, count).reduce((total, value) => total + value, 0),
  );

/** The share of the first component with that of a random walk; for a plane, also the residual. */
export function trajectorySays(entry: TrajectoryEntry, pair?: readonly [number, number]): string {
  const { explained, null: walk, residual } = entry;
  if (explained[0] === undefined || walk.mean[0] === undefined) return '';
  const decayed = entry.decayNull?.explained[0];
  const walked = say('trajectory.says', {
    share: percent(explained[0]),
    what: shareOf(entry),
    null: percent(walk.mean[0]),
    band: bandName(walk.draws),
    low: percent(walk.q05[0] ?? walk.mean[0]),
    high: percent(walk.q95[0] ?? walk.mean[0]),
  });
  const ofWalk = zScore(explained[0], walk.mean[0], walk.deviation?.[0]);
  const ofDecay = zScore(explained[0], decayed, entry.decayNull?.deviation?.[0]);
  const first = [
    walked,
    ...(decayed === undefined ? [] : [say('trajectory.saysDecay', { null: percent(decayed) })]),
    ...(ofWalk === undefined
      ? []
      : [
          say('trajectory.saysZ', {
            z: deviations(ofWalk),
            decay: ofDecay === undefined ? '' : say('trajectory.saysZDecay', { z: deviations(ofDecay) }),
          }),
        ]),
  ].join('');
  const off = residual.at(-1)?.[1];
  if (!pair || off === undefined) return first;
  const shown = (explained[pair[0]] ?? 0) + (explained[pair[1]] ?? 0);
  const beyond = beyondRun(entry, pair).flatMap((times, axis) =>
    times === undefined
      ? []
      : [say('trajectory.beyond', { times: number(times, 2), component: `PC${pair[axis]! + 1}` })],
  );
  return [
    first,
    say('trajectory.saysPair', { pair: percent(shown), residual: percent(off) }),
    ...beyond,
  ].join('');
}

/** The first three components against the walk's, and how many exceed its 95 % quantile. */
export function explainedSays(entry: TrajectoryEntry): string {
  const shown = Math.min(10, entry.explained.length, entry.null.q95.length);
  const leading = Math.min(3, shown);
  const above = entry.explained
    .slice(0, shown)
    .filter((value, index) => value > entry.null.q95[index]!).length;
  return say('explained.says', {
    share: percent(sum(entry.explained, leading)),
    nullShare: percent(sum(entry.null.mean, leading)),
    components: counted(leading, 'components'),
    what: shareOf(entry),
    above,
    shown: counted(shown, 'components'),
    decay: entry.decayNull
      ? say('explained.saysDecay', { nullShare: percent(sum(entry.decayNull.explained, leading)) })
      : '',
  });
}

export const residualSays = (entry: TrajectoryEntry, k: number): string =>
  say('residual.says', {
    k,
    measured: percent(meanResidual(entry.explained, k)),
    null: percent(meanResidual(entry.null.mean, k)),
    last: percent(entry.residual.at(-1)?.[k - 1] ?? 0),
  }) +
  (entry.decayNull
    ? say('residual.saysDecay', { null: percent(meanResidual(entry.decayNull.explained, k)) })
    : '');

/** The distance of the weights halfway through the steps, with those of a walk and of decay. */
export function distanceSays(
  checkpoints: readonly CheckpointEntry[],
  all: TrajectoryEntry | undefined,
): string {
  const known = checkpoints.filter(({ distanceFromFirst }) => distanceFromFirst !== undefined);
  const [first] = known;
  const last = known.at(-1);
  if (!first || !last?.distanceFromFirst) return '';
  const middle = (first.step + last.step) / 2;
  const half = known.reduce((best, entry) =>
    Math.abs(entry.step - middle) < Math.abs(best.step - middle) ? entry : best,
  );
  const nulls = (['null', 'decayNull'] as const).flatMap((key) => {
    const distances = all?.[key]?.distances;
    const at = distances?.[all!.steps.indexOf(half.step)];
    const end = distances?.at(-1);
    return at === undefined || end === undefined || end === 0
      ? []
      : [say(`distance.says.${key}`, { end: number(end), half: percent(at / end) })];
  });
  return (
    say('distance.says', {
      end: number(last.distanceFromFirst),
      half: percent(half.distanceFromFirst! / last.distanceFromFirst),
    }) + nulls.join('')
  );
}
