import { median } from '../../../contract/median.js';

/** The rule of 2602.16746 (section 3.4 of its code): when the defect has risen. */
export interface OnsetRule {
  /** Onset needs D > factor · baseline. */
  readonly factor: number;
  /** And D > this. */
  readonly threshold: number;
  /** Least baseline. */
  readonly floor: number;
}

export const publishedRule: OnsetRule = { factor: 10, threshold: 20, floor: 0.1 };

/** Measurements whose median is the baseline; the rule asks from the last of them on. */
const BASELINE_OF = 3;

export interface Onset {
  readonly baseline: number;
  /** Absent where the defect never rises so far. */
  readonly step?: number;
  /** Grok step − onset: negative where the defect rises after. Absent without one of them. */
  readonly lead?: number;
  /** Largest defect over the baseline. */
  readonly growth: number;
}

/**
 * Baseline = median of the first three measurements, at least the floor; onset = the first measurement from the third on
 * whose defect exceeds both the factor times the baseline and the threshold. Undefined for fewer than three.
 */
export const defectOnset = (
  defects: readonly { readonly step: number; readonly defect: number }[],
  rule: OnsetRule = publishedRule,
  grokStep?: number,
): Onset | undefined => {
  if (defects.length < BASELINE_OF) return undefined;
  const baseline = Math.max(rule.floor, median(defects.slice(0, BASELINE_OF).map(({ defect }) => defect)));
  const step = defects
    .slice(BASELINE_OF - 1)
    .find(({ defect }) => defect > rule.factor * baseline && defect > rule.threshold)?.step;
  return {
    baseline,
    growth: Math.max(...defects.map(({ defect }) => defect)) / baseline,
    ...(step === undefined ? {} : { step }),
    ...(step === undefined || grokStep === undefined ? {} : { lead: grokStep - step }),
  };
};
