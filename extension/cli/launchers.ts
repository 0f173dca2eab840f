import path from 'node:path';
import { processLauncher } from '../processes/processLauncher.js';
import type { Launcher } from '../queue/launcher.js';
import { asRows, inThisProcess } from '../engine/runs/engineLaunchers.js';
import type { Sharing } from '../engine/runs/sideBySide.js';

/** The engine's bundle lies beside this one. */
const engineBundle = (): string => path.join(__dirname, 'engine.js');

/** Launchers of a sweep's runs, by the name that {@link Sharing} gives. To add a place, add a row. */
export const launchers: Readonly<Record<Sharing['launcher'], (jobs: number, bundle: string) => Launcher>> = {
  here: () => inThisProcess(),
  rows: (jobs) => asRows(jobs),
  processes: (jobs, bundle) =>
    processLauncher({
      bundle,
      capacity: () => jobs,
      died: (out, how, lastWords) => ({
        code: 'process-died',
        message: `The process that trained ${out} ended before its run was done (${how}); every checkpoint written is whole.`,
        cause: lastWords,
      }),
    }),
};

/** The launcher that fits how the runs share the machine. */
export const launcherFor = ({ launcher, jobs }: Sharing, bundle = engineBundle()): Launcher =>
  launchers[launcher](jobs, bundle);
