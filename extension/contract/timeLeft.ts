/** Milliseconds of work before the pace is meaningful. */
const firstWords = 1500;
/** Number of points kept; older ones are thinned. */
const mostPoints = 240;
/**
 * Share of the elapsed time over which the current pace is measured: early steps are slower, later ones may
 * cost more.
 */
const recent = 0.6;

interface Point {
  readonly done: number;
  readonly at: number;
}

/**
 * How much of a task is done and how much time is left. The pace is measured on the clock and includes
 * everything between two points (evaluations, checkpoints, waiting for the machine). The panel, the status bar
 * and the command share this estimator.
 */
export class TimeLeft {
  private points: Point[] = [];
  private told: { readonly msLeft: number; readonly at: number } | undefined;
  private most = 0;

  /** Fraction done. Never decreases. */
  get fraction(): number {
    return this.most;
  }

  /**
   * `done` is a fraction of the whole, `at` a clock in milliseconds; `msLeft` is the task's own estimate, if it
   * knows the cost of its parts.
   */
  report(done: number, at: number, msLeft?: number): void {
    this.most = Math.min(1, Math.max(this.most, done));
    this.told = msLeft === undefined ? undefined : { msLeft, at };
    const last = this.points.at(-1);
    // A resumed or resized task starts its measurement again.
    if (last && done < last.done) this.points = [];
    if (last?.done === done) return;
    this.points.push({ done, at });
    if (this.points.length > mostPoints) {
      this.points = this.points.filter((_, index) => index % 2 === 0 || index === this.points.length - 1);
    }
  }

  /** The task is paused: that time does not count for its pace. */
  rest(): void {
    this.points = [];
    this.told = undefined;
  }

  /**
   * Milliseconds left; undefined before there is a pace.
   *
   * @param rest what is left, if it differs from what is not done.
   */
  left(now: number, rest?: number): number | undefined {
    const [first] = this.points;
    const last = this.points.at(-1);
    if (!first || !last || last.at - first.at < firstWords) return undefined;
    if (this.told) return Math.max(0, this.told.msLeft - Math.max(0, now - this.told.at));
    const from = last.at - (last.at - first.at) * recent;
    const base = this.points.findLast(({ at }) => at <= from) ?? first;
    // A shared machine is sometimes slow, sometimes quick: the whole elapsed time counts for half of the
    // estimate.
    const lately = (last.done - base.done) / (last.at - base.at);
    const whole = (last.done - first.done) / (last.at - first.at);
    const pace = (2 * lately * whole) / (lately + whole);
    return pace > 0 ? Math.max(0, (rest ?? 1 - last.done) / pace - Math.max(0, now - last.at)) : undefined;
  }
}

/** A duration in one unit, or hours with minutes; no more digits than an estimate has. */
export function durationText(ms: number, locale: string): string {
  const say = (value: number, unit: 'second' | 'minute' | 'hour'): string =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: 0,
    }).format(value);
  const minutes = Math.round(ms / 60_000);
  if (ms < 9500) return say(Math.max(1, Math.round(ms / 1000)), 'second');
  if (ms < 57_500) return say(5 * Math.round(ms / 5000), 'second');
  if (minutes < 60) return say(Math.max(1, minutes), 'minute');
  if (minutes >= 600) return say(Math.round(minutes / 60), 'hour');
  const rest = 5 * Math.round((minutes % 60) / 5);
  const hours = Math.floor(minutes / 60) + (rest === 60 ? 1 : 0);
  return rest % 60 === 0 ? say(hours, 'hour') : `${say(hours, 'hour')} ${say(rest, 'minute')}`;
}
