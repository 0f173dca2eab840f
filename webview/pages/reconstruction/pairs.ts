import type { ControlEntry, ReconstructionEntry, Report } from '../../../extension/contract/report.js';

/** The test pairs of accuracies: all, or those whose mirror (b, a) is not trained on. */
export const pairSets = ['test', 'unmirrored'] as const;
export type Pairs = (typeof pairSets)[number];

/** Whether rebuilt models were evaluated separately on pairs without a trained mirror. */
export const hasUnmirrored = ({ reconstructions }: Report): boolean =>
  reconstructions.some(({ baseline }) => baseline?.testAccuracyUnmirrored !== undefined);

/** The report with these pairs' accuracies instead of those of all test pairs. */
export const ofPairs = (report: Report, pairs: Pairs): Report =>
  pairs === 'test'
    ? report
    : {
        ...report,
        reconstructions: report.reconstructions.map(unmirrored),
        controls: report.controls.map(unmirroredControl),
      };

const unmirrored = ({ baseline, points, ...entry }: ReconstructionEntry): ReconstructionEntry => ({
  ...entry,
  ...(baseline?.testAccuracyUnmirrored && { baseline: { testAccuracy: baseline.testAccuracyUnmirrored } }),
  points: points.map(({ rank, energy, relativeError, testAccuracyUnmirrored }) => ({
    ...{ rank, energy, relativeError },
    ...(testAccuracyUnmirrored && { testAccuracy: testAccuracyUnmirrored }),
  })),
});

const unmirroredControl = ({ points, ...entry }: ControlEntry): ControlEntry => ({
  ...entry,
  points: points.flatMap(({ testAccuracyUnmirrored, ...point }) =>
    testAccuracyUnmirrored ? [{ ...point, testAccuracy: testAccuracyUnmirrored }] : [],
  ),
});
