import type { SpectrumEntry } from '../../../extension/contract/report.js';
import type { StatisticKey } from '../../../extension/contract/statistics/table.js';
import type { LineFigure, Scale } from '../../charts/figure.js';
import { lineLook, markedLook, nullLook } from '../../charts/looks.js';
import { stepAxis } from '../../charts/stepAxis.js';
import { visible } from '../../charts/visible.js';
import type { OverlaidRun } from '../../report/overlaidRuns.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';

/** A statistic of one matrix over the steps, a curve for each run, and the first run's shuffled null. */
export function runsFigure(
  runs: readonly OverlaidRun[],
  matrix: string,
  side: SpectrumEntry['of'],
  statistic: StatisticKey,
  scale: Scale,
): LineFigure | undefined {
  const curves = runs.flatMap((run, index) => {
    const points = run.of(matrix, side).filter((entry) => {
      const value = entry[statistic];
      return value !== undefined && (scale === 'linear' || value > 0);
    });
    return points.length === 0
      ? []
      : [
          {
            name: run.name,
            x: points.map(({ step }) => step),
            y: points.map((entry) => entry[statistic]!),
            look: markedLook(index),
          },
        ];
  });
  if (curves.length === 0) return undefined;
  const shuffled = (runs[0]?.of(matrix, side) ?? []).flatMap(({ step, nulls }) => {
    const mean = nulls[statistic]?.mean;
    return mean === undefined || (scale === 'log' && mean <= 0) ? [] : [{ step, mean }];
  });
  return {
    kind: 'lines',
    x: stepAxis(),
    y: { title: statisticName(statistic), scale, format: 'number' },
    curves: [
      ...curves,
      ...(shuffled.length === 0
        ? []
        : [
            {
              name: say('runs.shuffled', { run: runs[0]!.name }),
              x: shuffled.map(({ step }) => step),
              y: shuffled.map(({ mean }) => mean),
              look: nullLook,
            },
          ]),
    ],
  };
}

/**
 * The singular values of one matrix at one step, a curve for each run, and the first run's shuffled entries.
 */
export function runsSpectrumFigure(
  runs: readonly OverlaidRun[],
  matrix: string,
  side: SpectrumEntry['of'],
  step: number,
  scale: Scale,
): LineFigure | undefined {
  const there = runs.map((run) => run.of(matrix, side).find((entry) => entry.step === step));
  const curves = there.flatMap((entry, index) =>
    entry === undefined || entry.spectralNorm === 0
      ? []
      : [{ name: runs[index]!.name, ...visible(entry.singularValues, scale), look: lineLook(index) }],
  );
  if (curves.length < 2) return undefined;
  const shuffled = there[0]?.nulls.shuffled?.mean;
  return {
    kind: 'lines',
    x: { title: say('indexOf'), scale: 'linear', format: 'integer' },
    y: { title: say('singularValue'), scale, format: 'number' },
    curves: [
      ...curves,
      ...(shuffled === undefined
        ? []
        : [
            {
              name: say('runs.shuffled', { run: runs[0]!.name }),
              ...visible(shuffled, scale),
              look: nullLook,
            },
          ]),
    ],
  };
}

/** Steps at which every run has a spectrum of some matrix, ascending. */
export function sharedSteps(
  runs: readonly OverlaidRun[],
  matrices: readonly string[],
  side: SpectrumEntry['of'],
): number[] {
  const sets = runs.map(
    (run) => new Set(matrices.flatMap((matrix) => run.of(matrix, side).map(({ step }) => step))),
  );
  return [...(sets[0] ?? [])].filter((step) => sets.every((set) => set.has(step))).sort((a, b) => a - b);
}
