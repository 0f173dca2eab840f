import { TimeLeft } from './timeLeft.js';

/** Milliseconds within which the next run begins when one has ended: longer without one, the sweep stands still. */
const betweenRuns = 10_000;

/** One run of a sweep, as much as its time needs. */
export interface SweepTimeRun {
  readonly status: 'queued' | 'running' | 'paused' | 'stopped' | 'finished' | 'failed';
  readonly step: number;
  /** Its last step, which a stopping rule may come before. */
  readonly of: number;
  /** What a step costs, in a unit common to the runs. */
  readonly costPerStep?: number | undefined;
}

/**
 * How much of a sweep is done and how long the rest takes, at the pace of all its runs together. A run that has not
 * ended is expected to take the share of its steps that those took which have finished.
 */
export class SweepTime {
  private readonly time = new TimeLeft();
  private share = 0;
  private trains = false;
  /** When a run was last seen to train, by the clock of the reports. */
  private trainedAt = -Infinity;

  /** Fraction done: never less than it was. */
  get fraction(): number {
    return this.time.fraction;
  }

  report(runs: readonly SweepTimeRun[], at: number): void {
    const finished = runs.filter(({ status, of }) => status === 'finished' && of > 0);
    const shareOfSteps =
      finished.length === 0
        ? 1
        : finished.reduce((sum, { step, of }) => sum + step / of, 0) / finished.length;
    let [done, expected, most] = [0, 0, 0];
    for (const { status, step, of, costPerStep = 1 } of runs) {
      done += step * costPerStep;
      most += of * costPerStep;
      const isOver = status === 'finished' || status === 'failed';
      expected += costPerStep * (isOver ? step : Math.max(step, shareOfSteps * of));
    }
    if (most === 0) return;
    const isHeld = runs.some(({ status }) => status === 'paused' || status === 'stopped');
    this.trains = runs.some(({ status }) => status === 'running');
    if (this.trains) this.trainedAt = at;
    // Between two runs that follow each other nothing trains either, and the pace stays what it is.
    else if (isHeld || this.isIdle(at)) {
      this.trainedAt = -Infinity;
      this.time.rest();
    }
    // In steps of the whole grid, which do not change: what changes is how many of them are expected.
    this.time.report(done / most, at);
    this.share = (expected - done) / most;
  }

  /** Milliseconds left; undefined before there is a pace, and while nothing trains. */
  left(now: number): number | undefined {
    return this.isIdle(now) ? undefined : this.time.left(now, this.share);
  }

  private isIdle(now: number): boolean {
    return !this.trains && now - this.trainedAt > betweenRuns;
  }
}
