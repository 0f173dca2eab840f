import path from 'node:path';
import type { Disposable } from '../events.js';
import type { SweepCell } from '../../contract/report.js';
import type { TrainingPhase } from '../../contract/training.js';
import type { Inspections } from '../inspector/inspections.js';
import type { Training } from '../training/training.js';
import { sweepOf } from '../sweepFolder.js';

/** Minimum interval between updates of a row; a run reports every few steps. */
const paceMs = 500;

const statusOf: Readonly<Record<TrainingPhase, SweepCell['status']>> = {
  queued: 'queued',
  starting: 'running',
  running: 'running',
  pausing: 'running',
  paused: 'paused',
  stopping: 'running',
  stopped: 'stopped',
  finished: 'finished',
  failed: 'failed',
};

/** Updates the rows of displayed sweeps from the runs that this window trains. */
export function followRows(training: Training, inspections: Inspections): Disposable {
  const told = new Map<string, { readonly status: SweepCell['status']; readonly at: number }>();
  return training.onChanged((folder) => {
    const sweep = sweepOf(folder);
    const run = training.run(folder);
    const cell =
      sweep === undefined
        ? undefined
        : inspections.reportOf(sweep)?.sweepCells.find(({ name }) => name === path.basename(folder));
    if (sweep === undefined || !run || !cell) return;
    const status = statusOf[run.phase];
    const last = told.get(folder);
    const now = Date.now();
    if (last?.status === status && now - last.at < paceMs) return;
    told.set(folder, { status, at: now });
    const grokStep = run.file?.grokStep;
    inspections.add(sweep, {
      sweepCells: [
        {
          ...cell,
          status,
          step: run.step,
          ...(run.file ? { path: folder } : {}),
          ...(grokStep === undefined ? {} : { grokStep }),
        },
      ],
    });
  });
}
