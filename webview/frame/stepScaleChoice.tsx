import type { Report } from '../../extension/contract/report.js';
import { ScaleChoice } from '../parts/scaleChoice.js';
import { stepsOf, type StepScale } from '../state/stepScale.js';
import { say } from '../words/say.js';

export interface StepScaleChoiceProps {
  readonly report: Report | undefined;
  readonly value: StepScale;
  readonly onChange: (scale: StepScale) => void;
}

/** Above every page whose charts may run over training steps. */
export function StepScaleChoice({ report, value, onChange }: StepScaleChoiceProps) {
  if (!report || new Set(stepsOf(report)).size < 2) return null;
  return (
    <label class="step-scale tools">
      <span class="muted">{say('frame.steps')}</span>
      <ScaleChoice axis={say('frame.steps')} value={value} onChange={onChange} />
    </label>
  );
}
