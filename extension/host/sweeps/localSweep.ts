import path from 'node:path';
import type { TrainingAction } from '../../contract/training.js';
import { sweepOf } from '../sweepFolder.js';
import type { Training } from '../training/training.js';

type Steered = Pick<Training, 'runs' | 'steer'>;

/**
 * Applies an action to every run of a sweep that this window trains, or to one.
 * @returns the number of runs it was applied to.
 */
export function steerLocalSweep(
  training: Steered,
  sweep: string,
  action: TrainingAction,
  run: string | null,
): number {
  const runs = training.runs.filter(
    ({ folder, state }) =>
      sweepOf(folder) === sweep &&
      (run === null || path.basename(folder) === run) &&
      state.actions.includes(action) &&
      // Resuming all continues the paused runs; the queue resumes stopped ones in order.
      (action !== 'resume' || run !== null || state.phase === 'paused'),
  );
  // Waiting runs first: otherwise the next of them would take a place that becomes free.
  const inOrder = [...runs].sort((a, b) => rank(a.phase) - rank(b.phase));
  for (const { folder } of inOrder) training.steer(folder, action);
  return runs.length;
}

const rank = (phase: string): number => (phase === 'queued' ? 0 : 1);
