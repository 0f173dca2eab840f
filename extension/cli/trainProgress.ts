import type { Metrics, RunFile } from '../contract/run.js';
import type { RunEvents } from '../engine/training/trainer/train.js';
import { ERASE_LINE, printableLine } from '../contract/printable.js';
import { runEnd } from '../contract/runEnd.js';
import { TimeLeft } from '../contract/timeLeft.js';
import { leftText } from './progressLine.js';
import type { CommandConsole } from './command.js';

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;

const accuracies = (kind: string, values: Readonly<Record<string, number>> | undefined): string => {
  if (values === undefined) return '';
  const entries = Object.entries(values);
  const named = entries.map(([task, value]) => (entries.length > 1 ? `${task} ` : '') + percent(value));
  return `, ${kind} accuracy ${named.join(', ')}`;
};

const metricsLine = ({ step, loss, trainAccuracy, testAccuracy, stepsPerSecond }: Metrics): string =>
  [
    `step ${step}`,
    loss === undefined ? '' : `, loss ${loss.toPrecision(4)}`,
    accuracies('training', trainAccuracy),
    accuracies('test', testAccuracy),
    stepsPerSecond === undefined ? '' : `, ${stepsPerSecond.toFixed(1)} steps/s`,
  ].join('');

/** Why a run ended by itself before its last step. */
const why = (run: RunFile): string => {
  const end = runEnd(run);
  if (end?.kind !== 'rule') return '';
  const times = end.consecutive === 1 ? '' : ` at ${end.consecutive} evaluations in a row`;
  return ` (test accuracy of every task at least ${end.testAccuracy}${times})`;
};

const BAR_WIDTH = 30;

/**
 * The progress of a run on standard error: a bar under the lines on a terminal, lines otherwise.
 * @param name prefix of the lines of one run among several that train concurrently; these have no bar.
 */
export const trainProgress = (console: CommandConsole, maxSteps: number, name?: string) => {
  const hasBar = console.isTerminal && name === undefined;
  const clear = (): void => {
    if (hasBar) console.error(ERASE_LINE);
  };
  const say = (line: string): void => {
    clear();
    console.error(`${printableLine(name === undefined ? line : `${name}: ${line}`)}\n`);
  };
  const time = new TimeLeft();
  const events: RunEvents = {
    started: ({ provider, config }) => {
      const device = provider.device === undefined ? '' : ` (${provider.device})`;
      say(`${name === undefined ? `${config.name}: ` : ''}training on ${provider.name}${device}`);
      for (const passed of provider.passedOver) say(`  ${passed.name} passed over: ${passed.reason}`);
    },
    warning: ({ code, message }) => say(`warning: ${message} [${code}]`),
    metrics: (line) => {
      time.report(line.step / maxSteps, Date.now());
      say(metricsLine(line) + leftText(time));
    },
    grokked: (step) => say(`Grokked: at step ${step} the test accuracy of every task is at least 0.9.`),
    advanced: (step) => {
      time.report(step / maxSteps, Date.now());
      if (!hasBar) return;
      const filled = Math.round((BAR_WIDTH * step) / maxSteps);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
      console.error(`${ERASE_LINE}${bar} step ${step} of ${maxSteps}${leftText(time)}`);
    },
  };
  const finish = (run: RunFile, out: string): void => {
    const grok = run.grokStep === undefined ? '' : `, grokked at step ${run.grokStep}`;
    say(
      `${run.status === 'finished' ? 'Finished' : 'Stopped'} at step ${run.lastStep}${grok}${why(run)}: ${out}`,
    );
  };
  return { events, finish, clear };
};
