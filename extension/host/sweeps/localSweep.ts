import path from 'node:path';
import type { TrainingAction } from '../../contract/training.js';
import { sweepOf } from '../sweepFolder.js';
import type { Training } from '../training/training.js';

type Steered = Pick<Training, 'runs' | 'steer'>;

/**
 * Asks the same of every run of a sweep that this window trains, or of one.
 * @returns how many runs were asked.
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
      // Resuming all goes on with what is paused; what has stopped goes on in its order, by the queue.
      (action !== 'resume' || run !== null || state.phase === 'paused'),
  );
  // Those that wait first: a place that becomes free would be the next one's.
  const inOrder = [...runs].sort((a, b) => rank(a.phase) - rank(b.phase));
  for (const { folder } of inOrder) training.steer(folder, action);
  return runs.length;
}

const rank = (phase: string): number => (phase === 'queued' ? 0 : 1);
