import { useEffect, useState } from 'preact/hooks';
import type { PanelCalls } from '../../extension/contract/panel.js';
import { duration, percent } from '../words/numbers.js';
import { Button, ProgressRing } from '../elements/toolkit.js';
import type { InspectionState } from '../state/inspection.js';
import { say } from '../words/say.js';

export interface RunBarProps {
  readonly state: InspectionState;
  readonly host: PanelCalls | undefined;
}

/** Progress with its Cancel, or the failure with the possible actions. */
export function RunBar({ state, host }: RunBarProps) {
  const { progress, running, error, status } = state;
  const spoken = useSpokenProgress(progress?.text ?? '');
  return (
    <>
      {running && host && (
        <div class="run">
          <ProgressRing />
          <span>{progress ? progressSays(progress) : say('waiting')}</span>
          <Button secondary onClick={() => void host.cancel()}>
            {say('cancel')}
          </Button>
          <progress aria-label={say('computing')} max={1} value={progress?.fraction ?? 0} />
        </div>
      )}
      {error && (
        <div class={`run ${error.code === 'cancelled' ? '' : 'error'}`} role="alert">
          <span>{error.code === 'cancelled' ? say('cancelled') : error.message}</span>
          {host && (
            <>
              <Button onClick={() => void host.retry()}>{say('retry')}</Button>
              <Button secondary onClick={() => void host.showLog()}>
                {say('showLog')}
              </Button>
            </>
          )}
        </div>
      )}
      {status && (
        <p class="run" role="status">
          {status}
        </p>
      )}
      <div role="status" aria-live="polite" class="unseen">
        {spoken}
      </div>
    </>
  );
}

const progressSays = ({ text, fraction, msLeft }: NonNullable<InspectionState['progress']>): string =>
  [
    text,
    percent(fraction),
    ...(msLeft === undefined ? [] : [say('frame.left', { time: duration(msLeft) })]),
  ].join(' · ');

const spokenEvery = 5000;

/** Progress changes many times a second; a screen reader is told every few seconds. */
function useSpokenProgress(text: string): string {
  const [spoken, setSpoken] = useState({ text: '', at: 0 });
  useEffect(() => {
    const wait = Math.max(0, spoken.at + spokenEvery - Date.now());
    const timer = setTimeout(() => {
      if (text !== spoken.text) setSpoken({ text, at: Date.now() });
    }, wait);
    return () => clearTimeout(timer);
  }, [text, spoken]);
  return spoken.text;
}
