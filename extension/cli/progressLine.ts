import type { Progress } from '../contract/calls.js';
import { ERASE_LINE, printableLine, shortened } from '../contract/printable.js';
import { durationText, TimeLeft } from '../contract/timeLeft.js';
import type { CommandConsole } from './command.js';

const barWidth = 28;
/** Without a terminal, a line is written when the kind of text changes or progress grows by this share. */
const lineEvery = 0.1;

/** Progress on standard error: a redrawn bar on a terminal, lines otherwise. */
export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  /** Removes the bar; must be called before other lines are written. */
  readonly clear: () => void;
}

export const progressLine = ({ error, isTerminal }: CommandConsole): ProgressLine =>
  isTerminal ? bar(error) : lines(error);

/** The time left, if a pace is known. */
export const leftText = (time: TimeLeft): string => {
  const left = time.left(Date.now());
  return left === undefined ? '' : ` (about ${durationText(left, 'en')} left)`;
};

const bar = (error: (text: string) => void): ProgressLine => {
  let drawnAt = 0;
  const time = new TimeLeft();
  return {
    show: ({ text, fraction: reported, msLeft }) => {
      const now = Date.now();
      time.report(reported, now, msLeft);
      const { fraction } = time;
      if (now - drawnAt < 80) return;
      drawnAt = now;
      const filled = Math.round(fraction * barWidth);
      const drawn = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      error(
        `${ERASE_LINE}${drawn} ${String(Math.round(fraction * 100)).padStart(3)} %${leftText(time)}  ${shortened(printableLine(text), 70)}`,
      );
    },
    clear: () => {
      if (drawnAt > 0) error(ERASE_LINE);
    },
  };
};

const lines = (error: (text: string) => void): ProgressLine => {
  let next = 0;
  const time = new TimeLeft();
  return {
    show: ({ text, fraction: reported, msLeft }) => {
      time.report(reported, Date.now(), msLeft);
      const { fraction } = time;
      if (fraction < next) return;
      error(`${Math.round(fraction * 100)} %${leftText(time)} ${printableLine(text)}\n`);
      next = fraction + lineEvery;
    },
    clear: () => undefined,
  };
};
