import type { Progress } from '../contract/calls.js';
import type { CommandConsole } from './command.js';

const barWidth = 28;
/** Without a terminal a line is written when the text's kind changes or this share more is done. */
const lineEvery = 0.1;

/** Progress on standard error: a bar drawn over on a terminal, lines otherwise. */
export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  /** Removes the bar; must be called before other lines are written. */
  readonly clear: () => void;
}

export const progressLine = ({ error, isTerminal }: CommandConsole): ProgressLine =>
  isTerminal ? bar(error) : lines(error);

const bar = (error: (text: string) => void): ProgressLine => {
  let drawnAt = 0;
  return {
    show: ({ text, fraction }) => {
      const now = Date.now();
      if (now - drawnAt < 80) return;
      drawnAt = now;
      const filled = Math.round(fraction * barWidth);
      const drawn = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      error(`\r\u001b[K${drawn} ${String(Math.round(fraction * 100)).padStart(3)} %  ${text.slice(0, 70)}`);
    },
    clear: () => {
      if (drawnAt > 0) error('\r\u001b[K');
    },
  };
};

const lines = (error: (text: string) => void): ProgressLine => {
  let next = 0;
  return {
    show: ({ text, fraction }) => {
      if (fraction < next) return;
      error(`${Math.round(fraction * 100)} % ${text}\n`);
      next = fraction + lineEvery;
    },
    clear: () => undefined,
  };
};
