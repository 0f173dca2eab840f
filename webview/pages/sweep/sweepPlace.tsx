import type { SweepCell } from '../../../extension/contract/report.js';
import type { InspectionView } from '../../state/inspectionContext.js';
import type { Requests } from '../../state/requests.js';
import { integer } from '../../words/numbers.js';
import { say } from '../../words/say.js';

type Place = NonNullable<SweepCell['place']>;

const timeSays = (seconds: number): string => {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  if (minutes < 60) return say('sweep.place.minutes', { n: integer(minutes) });
  return say('sweep.place.hours', {
    hours: integer(Math.floor(minutes / 60)),
    minutes: integer(minutes % 60),
  });
};

/** The state of a submitted run in words: its node, or why it waits or how it ended. */
export const placeSays = ({ state, says = '', node, secondsLeft, unsure }: Place): string => {
  if (unsure === true) return say('sweep.place.unsure');
  const words = say(`sweep.place.${state}`, { says, node: node ?? say('sweep.place.here') }).trim();
  if (secondsLeft === undefined) return words;
  return `${words}, ${say('sweep.place.left', { time: timeSays(secondsLeft) })}`;
};

const isActive = ({ state }: Place): boolean =>
  state === 'waiting' || state === 'starting' || state === 'running';
const isLeft = ({ state, unsure }: Place): boolean =>
  unsure !== true && (state === 'stopped' || state === 'failed' || state === 'lost' || state === 'absent');

interface Asking {
  readonly host: InspectionView['host'];
  readonly ask: Requests['ask'];
}

/** States that the status describes completely. */
const isPlain = ({ state, unsure }: Place): boolean =>
  unsure !== true && (state === 'finished' || state === 'stopped');

/** The place of one run under its status, with a Stop button. */
export function SweepPlace({ cell: { name, place }, host, ask }: Asking & { readonly cell: SweepCell }) {
  if (!place || isPlain(place)) return null;
  return (
    <small class="muted" data-place={place.state}>
      {placeSays(place)}{' '}
      {host && isActive(place) && (
        <button
          type="button"
          class="link"
          aria-label={say('sweep.place.stopRun', { run: name })}
          onClick={() => ask(host.steerSweep('stop', name))}
        >
          {say('sweep.place.stop')}
        </button>
      )}
    </small>
  );
}

/** The actions on a submitted sweep as a whole. */
export function SweepPlaceTools({ cells, host, ask }: Asking & { readonly cells: readonly SweepCell[] }) {
  const places = cells.flatMap(({ place }) => place ?? []);
  if (!host || places.length === 0) return null;
  return (
    <p class="page">
      {places.some(isActive) && (
        <button type="button" class="link" onClick={() => ask(host.steerSweep('stop', null))}>
          {say('sweep.place.stopAll')}
        </button>
      )}{' '}
      {places.some(isLeft) && (
        <button type="button" class="link" onClick={() => ask(host.steerSweep('submit', null))}>
          {say('sweep.place.again')}
        </button>
      )}
    </p>
  );
}
