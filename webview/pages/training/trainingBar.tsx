import { useEffect, useState } from 'preact/hooks';
import type { PanelCalls } from '../../../extension/contract/panel.js';
import type { TrainingState } from '../../../extension/contract/training.js';
import { endSays, phaseSays, timeLeftSays, trainerSays } from './sentences.js';
import { Button } from '../../elements/toolkit.js';
import type { RunHistory } from './figure.js';
import { useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';

export interface TrainingBarProps {
  readonly history: RunHistory;
  readonly state: TrainingState | undefined;
  readonly host: PanelCalls | undefined;
}

type Action = TrainingState['actions'][number];
type Phase = TrainingState['phase'];

/** What the run is doing from the moment that it is asked. */
const onRequest: Partial<Readonly<Record<Action, Phase>>> = { pause: 'pausing', stop: 'stopping' };

/** The state with the phase that was just asked for, until the host tells of another. */
function useAsked(state: TrainingState | undefined, isRefused: boolean) {
  const [asked, setAsked] = useState<{ readonly phase: Phase; readonly from: Phase }>();
  // A run that is paused and goes on is asked for nothing.
  useEffect(() => setAsked(undefined), [state?.phase]);
  const isOpen = asked !== undefined && !isRefused && asked.from === state?.phase;
  const setAction = (action: Action): void => {
    const phase = onRequest[action];
    setAsked(phase && state && { phase, from: state.phase });
  };
  return { shown: isOpen ? { ...state, phase: asked.phase } : state, setAction };
}

/** The state of the run, and the available actions. */
export function TrainingBar({ history, state: told, host }: TrainingBarProps) {
  const { run } = history;
  const { failure, ask } = useRequests();
  const { shown: state, setAction } = useAsked(told, failure !== '');
  const step = state?.step ?? run.lastStep;
  return (
    <div class="run training">
      <strong>{phaseSays(history, state)}</strong>
      {timeLeftSays(history, state) !== '' && <span>{timeLeftSays(history, state)}</span>}
      {endSays(history, state) !== '' && <span class="muted">{endSays(history, state)}</span>}
      {/* The step changes several times a second: a screen reader is told only of the phase. */}
      <span role="status" class="unseen">
        {say(`training.is.${state?.phase ?? run.status}`)}
      </span>
      {host &&
        state?.actions.map((action) => (
          <Button
            key={action}
            secondary={action !== 'resume'}
            onClick={() => {
              setAction(action);
              ask(host.steerTraining(action));
            }}
          >
            {say(`training.do.${action}`)}
          </Button>
        ))}
      {state?.alone && <span class="muted">{trainerSays(state)}</span>}
      <Failure says={failure} />
      <progress aria-label={say('training.progress')} max={run.config.maxSteps} value={step} />
    </div>
  );
}
