import type { DefectEntry, OnsetEntry } from '../../../contract/report.js';
import { median } from '../../../contract/median.js';
import { defectOnset, publishedRule } from '../../geometry/curvature/onset.js';

/** The paper's threshold first, then neighbouring ones, with which add's onset moves from 800 to 3000. */
const thresholds = [20, 10, 15, 30, 40];

/** Every measurement, and every second one: the rule's baseline depends on the spacing of the first three. */
const spacings = [1, 2];

/**
 * Onsets of a series of defects under the rule and its variants: other thresholds, one pair of batches alone,
 * no division by the gradients, half the measurements. The published rule comes first.
 */
export const onsetsOf = (entries: readonly DefectEntry[], grokStep: number | undefined): OnsetEntry[] => {
  const [first] = entries;
  if (first === undefined) return [];
  const ordered = [...entries].sort((a, b) => a.step - b.step);
  const pairs = Math.min(...ordered.map(({ samples }) => samples.length));
  const perPair = Array.from({ length: pairs }, (_, k) => k + 1);
  return spacings.flatMap((every) => {
    const kept = ordered.filter((_, i) => i % every === 0);
    const onset = (
      measure: OnsetEntry['measure'],
      valueOf: (entry: DefectEntry) => number,
      threshold: number,
      pair?: number,
    ): OnsetEntry[] => {
      const series = kept.map((entry) => ({ step: entry.step, defect: valueOf(entry) }));
      const found = defectOnset(series, { ...publishedRule, threshold }, grokStep);
      if (found === undefined) return [];
      return [
        {
          ...{ precision: first.precision, measure, every, threshold, factor: publishedRule.factor },
          ...(pair === undefined ? {} : { pair }),
          ...found,
          ...(grokStep === undefined ? {} : { grokStep }),
        },
      ];
    };
    const medianDelta = ({ samples, eta }: DefectEntry): number =>
      median(samples.map(({ delta }) => delta)) / eta ** 2;
    return [
      ...thresholds.flatMap((threshold) => onset('defect', (entry) => entry.median, threshold)),
      ...(every > 1
        ? []
        : [
            ...perPair.flatMap((pair) =>
              onset('defect', ({ samples }) => samples[pair - 1]!.defect, publishedRule.threshold, pair),
            ),
            ...onset('delta', medianDelta, 0),
          ]),
    ];
  });
};
