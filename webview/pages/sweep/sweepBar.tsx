import { useRef, useState } from 'preact/hooks';
import type { SweepAction } from '../../../extension/contract/panel.js';
import type { SweepCell } from '../../../extension/contract/report.js';
import { SweepTime } from '../../../extension/contract/sweepTime.js';
import { Button } from '../../elements/toolkit.js';
import { Failure } from '../../elements/failure.js';
import { useInspection } from '../../state/inspectionContext.js';
import { useRequests } from '../../state/requests.js';
import { duration, integer } from '../../words/numbers.js';
import { say } from '../../words/say.js';

/** Actions on the runs that this window trains; those of a scheduler's runs are beside the table. */
const actionsFor = (cells: readonly SweepCell[]): SweepAction[] => {
  const local = cells.filter(({ place }) => place === undefined);
  const is = (...states: SweepCell['status'][]): boolean =>
    local.some(({ status }) => states.includes(status));
  if (is('running')) return ['pause', 'stop'];
  if (is('paused')) return ['resume', 'stop'];
  return is('queued', 'stopped') ? ['resume'] : [];
};

/** The state of a sweep as a whole, its time left, and the actions on all its runs. */
export function SweepBar() {
  const { report, host } = useInspection();
  const { sweepCells } = report;
  const { failure, ask } = useRequests();
  const [asked, setAsked] = useState<SweepAction>();
  const time = useRef(new SweepTime());
  const now = Date.now();
  time.current.report(sweepCells, now);
  const left = time.current.left(now);
  const count = (status: SweepCell['status']): number =>
    sweepCells.filter((cell) => cell.status === status).length;
  const states = (['running', 'paused', 'queued', 'stopped', 'failed'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `${integer(count(status))} ${say(`sweep.is.${status}`)}`);
  // A run finishes its current chunk of steps before it pauses or stops.
  const isWaiting =
    (asked === 'pause' || asked === 'stop') &&
    sweepCells.some(({ place, status }) => place === undefined && status === 'running');
  const isOver = sweepCells.every(({ status }) => status === 'finished');
  return (
    <div class="run training sweep">
      <strong>
        {say('sweep.progress', { finished: integer(count('finished')), all: integer(sweepCells.length) })}
      </strong>
      {states.length > 0 && <span>{states.join(' · ')}</span>}
      {isWaiting && <span role="status">{say(`sweep.asked.${asked}`)}</span>}
      {left !== undefined && !isOver && <span>{say('sweep.left', { time: duration(left) })}</span>}
      {host &&
        !isOver &&
        actionsFor(sweepCells).map((action) => (
          <Button
            key={action}
            secondary={action !== 'resume'}
            onClick={() => {
              setAsked(action);
              ask(host.steerSweep(action, null));
            }}
          >
            {say(`sweep.all.${action}`)}
          </Button>
        ))}
      <Failure says={failure} />
      <progress aria-label={say('sweep.progressOf')} max={1} value={time.current.fraction} />
    </div>
  );
}
