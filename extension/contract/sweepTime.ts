import { TimeLeft } from './timeLeft.js';

/**
 * Milliseconds within which the next run follows a finished one. After a longer gap the sweep counts as
 * standing still.
 */
const betweenRuns = 10_000;

/** The fields of a run that its time needs. */
export interface SweepTimeRun {
  readonly status: 'queued' | 'running' | 'paused' | 'stopped' | 'finished' | 'failed';
  readonly step: number;
  /** Its last step; a stopping rule may end it earlier. */
  readonly of: number;
  /** Cost of a step, in a unit common to the runs. */
  readonly costPerStep?: number | undefined;
}

/**
 * How much of a sweep is done, and the time left at the pace of all its runs together. An unfinished run is
 * expected to need the share of its steps that finished runs needed.
 */
export class SweepTime {
  private readonly time = new TimeLeft();
  private share = 0;
  private trains = false;
  /** When training was last seen, by the clock of the reports. */
  private trainedAt = -Infinity;

  /** Fraction done. Never decreases. */
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
    // Nothing trains in the gap between two runs either; the pace is kept.
    else if (isHeld || this.isIdle(at)) {
      this.trainedAt = -Infinity;
      this.time.rest();
    }
    // In steps of the whole grid, which are constant. The expected number of them changes.
    this.time.report(done / most, at);
    this.share = (expected - done) / most;
  }

  /** Milliseconds left; undefined without a pace, and while nothing trains. */
  left(now: number): number | undefined {
    return this.isIdle(now) ? undefined : this.time.left(now, this.share);
  }

  private isIdle(now: number): boolean {
    return !this.trains && now - this.trainedAt > betweenRuns;
  }
}
