import { number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { parts, shareAlong, type LiveRun } from './figures.js';
import {
  allMatrices,
  expectedCosine,
  GENERALISED,
  lowest,
  mean,
  moduleOf,
  orderOf,
  pointsOf,
} from './series.js';

/** Which falls first, the rank or the error: the steps of both, and the ranks then and at twice that step. */
export function rankSays({ lines, matrix }: LiveRun): string {
  const order = orderOf(lines, matrix);
  if (order === undefined) return '';
  const { first, collapsed, generalised, twice, last } = order;
  const shuffled = pointsOf(lines, matrix, (metrics) => metrics.shuffled?.stableRank).at(-1)?.value;
  const goal = percent(GENERALISED);
  return [
    collapsed
      ? say('live.collapses', {
          first: number(first),
          rank: number(collapsed.rank),
          step: collapsed.step,
        })
      : say('live.keepsRank', { first: number(first), rank: number(last.rank), step: last.step }),
    generalised
      ? say('live.generalises', {
          goal,
          step: generalised.step,
          rank: number(generalised.rank ?? last.rank),
        })
      : say('live.notGeneral', { goal, step: last.step, rank: number(last.rank) }),
    ...(collapsed && generalised
      ? [
          say(generalised.step >= collapsed.step ? 'live.rankFirst' : 'live.rankLater', {
            lead: Math.abs(generalised.step - collapsed.step),
          }),
        ]
      : []),
    ...(twice ? [say('live.twice', { step: twice.step, rank: number(twice.rank) })] : []),
    ...(shuffled === undefined ? [] : [say('live.shuffledSays', { rank: number(shuffled) })]),
  ].join(' ');
}

export function valuesSays({ lines, matrix }: LiveRun): string {
  const ends = (['spectralNorm', 'smallest'] as const).map((key) =>
    pointsOf(lines, matrix, (metrics) => metrics[key]),
  );
  const [largest, smallest] = ends.map((points) => [points[0]?.value, points.at(-1)?.value]);
  if (largest?.[0] === undefined || smallest?.[0] === undefined) return '';
  const shuffled = pointsOf(lines, matrix, (metrics) => metrics.shuffled?.spectralNorm).at(-1)?.value;
  return [
    say('live.valuesSay', {
      largestFirst: number(largest[0]),
      largest: number(largest[1]!),
      smallestFirst: number(smallest[0]),
      smallest: number(smallest[1]!),
    }),
    ...(shuffled === undefined ? [] : [say('live.valuesNull', { largest: number(shuffled) })]),
  ].join(' ');
}

export function mirrorSays({ run, lines }: LiveRun): string {
  const last = lines.findLast(({ testAccuracy }) => testAccuracy !== undefined);
  if (last === undefined) return '';
  const [mirrored, unmirrored] = [lowest(last.testAccuracyMirrored), lowest(last.testAccuracyUnmirrored)];
  if (mirrored === undefined || unmirrored === undefined) return say('live.noMirrors');
  return say('live.mirrorSays', {
    step: last.step,
    mirrored: percent(mirrored),
    unmirrored: percent(unmirrored),
    share: percent(run.data.split.trainFraction),
    chance: percent(1 / run.model.prime),
  });
}

/** Means over the run of each module. */
export function alongSays({ lines }: LiveRun): string {
  const found = new Map<string, number[]>();
  const expected: number[] = [];
  for (const { matrices } of lines) {
    for (const [name, { gradientCosine, numbers }] of Object.entries(matrices ?? {})) {
      if (gradientCosine !== undefined) {
        found.set(moduleOf(name), [...(found.get(moduleOf(name)) ?? []), Math.abs(gradientCosine)]);
      }
      if (numbers !== undefined) expected.push(expectedCosine(numbers));
    }
  }
  if (found.size === 0) return '';
  const random = mean(expected);
  return [
    say('live.alongSays', {
      modules: [...found].map(([module, values]) => `${module} ${number(mean(values)!)}`).join(', '),
    }),
    ...(random === undefined ? [] : [say('live.alongNullSays', { random: number(random) })]),
  ].join(' ');
}

/** Shares along W at the last line. */
export function partsSay({ lines, matrix }: LiveRun): string {
  const shares = parts.flatMap((part) => {
    const share = pointsOf(lines, matrix, shareAlong(part)).at(-1)?.value;
    return share === undefined ? [] : [`${say(`live.${part.name}`)} ${number(share)}`];
  });
  if (shares.length === 0) return '';
  const random = pointsOf(lines, matrix, ({ numbers }) =>
    numbers === undefined ? undefined : expectedCosine(numbers),
  ).at(-1)?.value;
  return [
    say('live.partsSay', { shares: shares.join(', ') }),
    ...(random === undefined ? [] : [say('live.partsNull', { random: number(random) })]),
    ...(matrix === allMatrices ? [say('live.meanSays')] : []),
  ].join(' ');
}
