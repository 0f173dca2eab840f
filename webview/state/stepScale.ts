import { useMemo } from 'preact/hooks';
import type { Report } from '../../extension/contract/report.js';
import { areLogSpaced } from '../report/stepSpacing.js';
import { oneOf, usePersistedState } from './persistedState.js';

export type StepScale = 'log' | 'linear';

/**
 * The scale of every axis of training steps: one choice for all pages, stored with the panel. The default is
 * logarithmic if the source's steps are spaced that way.
 */
export function useStepScale(report: Report | undefined): [StepScale, (scale: StepScale) => void] {
  const [chosen, choose] = usePersistedState<StepScale | 'spacing'>(
    'steps.scale',
    'spacing',
    oneOf(['spacing', 'log', 'linear']),
  );
  const spaced = useMemo(() => (report ? areLogSpaced(stepsOf(report)) : false), [report]);
  return [chosen === 'spacing' ? (spaced ? 'log' : 'linear') : chosen, choose];
}

/** The checkpoints' steps; for a run without checkpoints those of its metrics. */
export const stepsOf = ({ checkpoints, metrics }: Pick<Report, 'checkpoints' | 'metrics'>): number[] =>
  (checkpoints.length > 1 ? checkpoints : metrics).map(({ step }) => step);
