/** Share of a task from which its own pace says as much as what was expected. */
const ownPaceFrom = 0.15;
/** Milliseconds of measured work that weigh as much as the belief that the machine is as expected. */
const machineAfterMs = 150;

interface Entry {
  /** Milliseconds that the whole task takes on the machine that costs were measured on. */
  readonly expected: number;
  spent: number;
  fraction: number;
}

/**
 * How far a number of tasks of unlike cost is, and how long the rest takes: what was expected of each, by the pace of
 * this machine so far, and, the further a task is, by its own.
 */
export class WorkClock<Task> {
  private readonly entries = new Map<Task, Entry>();
  private most = 0;

  add(task: Task, expected: number): void {
    this.entries.set(task, { expected: Math.max(1e-3, expected), spent: 0, fraction: 0 });
  }

  /** A piece of a task took `ms`, and `fraction` of the task is done; a fraction that falls counts as before. */
  worked(task: Task, ms: number, fraction: number): void {
    const entry = this.entries.get(task);
    if (!entry) return;
    entry.spent += ms;
    entry.fraction = Math.min(1, Math.max(entry.fraction, fraction));
  }

  /** Milliseconds of work left. */
  get msLeft(): number {
    const { machine } = this;
    let left = 0;
    for (const { expected, spent, fraction } of this.entries.values()) {
      if (fraction >= 1) continue;
      // The further a task is, the more its own pace, spent / fraction, counts.
      const own = fraction / (fraction + ownPaceFrom);
      const whole = (fraction === 0 ? 0 : spent / (fraction + ownPaceFrom)) + (1 - own) * expected * machine;
      left += (1 - fraction) * whole;
    }
    return left;
  }

  /** Fraction done, 0 … 1: never less than it was, as work that turns up makes the rest longer. */
  get fraction(): number {
    const { spent } = this;
    const now = spent === 0 ? 0 : spent / (spent + this.msLeft);
    return (this.most = Math.max(this.most, now));
  }

  private get spent(): number {
    let spent = 0;
    for (const entry of this.entries.values()) spent += entry.spent;
    return spent;
  }

  /** How many times slower this machine is than the one that costs were measured on, by the work done so far. */
  private get machine(): number {
    let [measured, expected] = [machineAfterMs, machineAfterMs];
    for (const entry of this.entries.values()) {
      // Of a task's beginning nothing is known but its time.
      if (entry.fraction === 0) continue;
      measured += entry.spent;
      expected += entry.expected * entry.fraction;
    }
    return measured / expected;
  }
}
