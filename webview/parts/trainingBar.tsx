import type { PanelCalls } from '../../extension/contract/panel.js';
import type { TrainingState } from '../../extension/contract/training.js';
import { phaseSays } from '../describe/training.js';
import { Button } from '../elements.js';
import type { RunHistory } from '../figures/training.js';
import { say } from '../strings.js';

export interface TrainingBarProps {
  readonly history: RunHistory;
  readonly state: TrainingState | undefined;
  readonly host: PanelCalls | undefined;
}

/** Where the run is, and what can be asked of it now. */
export function TrainingBar({ history, state, host }: TrainingBarProps) {
  const { run } = history;
  const step = state?.step ?? run.lastStep;
  return (
    <div class="run training">
      <strong>{phaseSays(history, state)}</strong>
      {/* The step changes several times a second: a screen reader is told of the phase alone. */}
      <span role="status" class="unseen">
        {say(`training.is.${state?.phase ?? run.status}`)}
      </span>
      {host &&
        state?.actions.map((action) => (
          <Button
            key={action}
            secondary={action !== 'resume'}
            onClick={() => void host.steerTraining(action)}
          >
            {say(`training.${action}`)}
          </Button>
        ))}
      {state?.alone && <span class="muted">{say('training.alone')}</span>}
      <progress aria-label={say('training.progress')} max={run.config.maxSteps} value={step} />
    </div>
  );
}
