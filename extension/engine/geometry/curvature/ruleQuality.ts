import { seededRandom } from '../../ground/seededRandom.js';
import { defectOnset, type OnsetRule } from './onset.js';

/** A run as the rule of onset sees it. */
export interface RuledRun {
  readonly defects: readonly { readonly step: number; readonly defect: number }[];
  /** Absent for a run that never groks. */
  readonly grokStep?: number;
}

/** How the rule does as a prediction of grokking. */
export interface RuleQuality {
  /** Onsets that a grok step follows. */
  readonly hits: number;
  /** Onsets in runs that never grok, or after the grok step. */
  readonly falseAlarms: number;
  /** Runs that grok without an onset before. */
  readonly misses: number;
  /** Absent without an onset. */
  readonly precision?: number;
  /** Absent without a run that groks. */
  readonly recall?: number;
}

/** Precision and recall of the rule over runs, those that never grok among them. */
export const ruleQuality = (runs: readonly RuledRun[], rule: OnsetRule): RuleQuality => {
  let [hits, falseAlarms, misses] = [0, 0, 0];
  for (const { defects, grokStep } of runs) {
    const step = defectOnset(defects, rule)?.step;
    const isHit = step !== undefined && grokStep !== undefined && step < grokStep;
    if (isHit) hits++;
    else if (step !== undefined) falseAlarms++;
    if (!isHit && grokStep !== undefined) misses++;
  }
  return {
    hits,
    falseAlarms,
    misses,
    ...(hits + falseAlarms > 0 ? { precision: hits / (hits + falseAlarms) } : {}),
    ...(hits + misses > 0 ? { recall: hits / (hits + misses) } : {}),
  };
};

/** The same runs with every run's defects in a random order over its steps: a rule that reads time must do worse there. */
export const shuffledInTime = (runs: readonly RuledRun[], seed: number): RuledRun[] =>
  runs.map(({ defects, ...run }, index) => {
    const random = seededRandom(seed, index);
    const values = defects.map(({ defect }) => defect);
    for (let i = values.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [values[i], values[j]] = [values[j]!, values[i]!];
    }
    return { ...run, defects: defects.map(({ step }, i) => ({ step, defect: values[i]! })) };
  });
