import { printableLine } from '../contract/printable.js';
import type { Place, PlaceState } from '../contract/sweep.js';
import { textTable } from '../text/textTable.js';

const stateNames: Readonly<Record<PlaceState, string>> = {
  waiting: 'waiting',
  starting: 'starting',
  running: 'running',
  stopped: 'stopped',
  finished: 'finished',
  failed: 'failed',
  lost: 'lost',
  absent: 'not begun',
};

/** Hours and minutes, or minutes and seconds. */
export const duration = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${hours} h ${minutes} min`
    : minutes > 0
      ? `${minutes} min ${whole % 60} s`
      : `${whole} s`;
};

const whereOrWhy = ({ state, says, node, unsure }: Place): string => {
  if (state === 'running' || state === 'starting') return node === undefined ? 'this host' : `on ${node}`;
  return (unsure === true ? 'queue unknown' : says) ?? '';
};

const longest = 60;
const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** The state of a submitted sweep's runs, each with its node or the reason for waiting or ending. */
export const placesTable = (places: readonly Place[]): string => {
  const counts = Object.entries(stateNames).flatMap(([state, name]) => {
    const n = places.filter((place) => place.state === state).length;
    return n === 0 ? [] : [`${n} ${name}`];
  });
  const silent = places.find(({ unsure }) => unsure);
  return [
    textTable(
      [
        { title: 'run' },
        { title: 'state' },
        { title: 'where or why' },
        { title: 'step', align: 'right' },
        { title: 'of', align: 'right' },
        { title: 'left', align: 'right' },
      ],
      places.map((place) => [
        place.name,
        stateNames[place.state],
        shortened(whereOrWhy(place)),
        String(place.step),
        String(place.of),
        place.secondsLeft === undefined ? '–' : duration(place.secondsLeft),
      ]),
    ),
    counts.join(', '),
    ...(silent?.says === undefined ? [] : [printableLine(`The scheduler does not answer: ${silent.says}`)]),
    '',
  ].join('\n');
};
