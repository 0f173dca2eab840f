import { differingParts } from '../../../extension/contract/curveFiles.js';
import type { CurveEntry } from '../../../extension/contract/report.js';
import type { LineFigure, Scale } from '../../charts/figure.js';
import { lineLook, edgeLook } from '../../charts/looks.js';
import { curve, overSteps } from '../../charts/overSteps.js';
import { shortNames } from '../../charts/shortNames.js';
import { say } from '../../words/say.js';
import { smoothed } from './smoothing.js';

/** Curves are labelled by their files. */
export const fileNames = (entries: readonly CurveEntry[]): string[] =>
  differingParts(entries.map(({ path }) => path));

/** One quantity from every file that has it, over the steps; smoothed curves are drawn over the raw values. */
export const curvesFigure = (
  entries: readonly CurveEntry[],
  weight: number,
  scale: Scale,
  grokStep: number | undefined,
): LineFigure | undefined => {
  const [first] = entries;
  if (first === undefined) return undefined;
  const scales = { values: scale };
  const names = shortNames(entries.length === 1 ? [first.name] : fileNames(entries));
  const pointsOf = ({ steps }: CurveEntry, values: readonly number[]) =>
    steps.map((step, i) => ({ step, value: values[i] }));
  const own = entries.map((entry, i) =>
    curve(
      weight === 0 ? names[i]! : say('curves.raw', { name: names[i]! }),
      weight === 0 ? lineLook(i) : edgeLook,
      pointsOf(entry, entry.values),
      scales,
    ),
  );
  const smooth =
    weight === 0
      ? []
      : entries.map((entry, i) =>
          curve(names[i]!, lineLook(i), pointsOf(entry, smoothed(entry.values, weight)), scales),
        );
  return overSteps({ title: first.name, scales, curves: [...own, ...smooth], grokStep });
};
