/** Share of a task at which its own pace counts as much as the expectation. */
const ownPaceFrom = 0.15;
/**
 * Milliseconds of measured work that count as much as the assumption that the machine is the reference machine.
 */
const machineAfterMs = 150;

interface Entry {
  /** Expected milliseconds of the whole task on the reference machine. */
  readonly expected: number;
  spent: number;
  fraction: number;
}

/**
 * Progress of several tasks of different cost, and the time left: the expected costs, scaled by this machine's
 * pace so far and, increasingly as a task progresses, by the task's own pace.
 */
export class WorkClock<Task> {
  private readonly entries = new Map<Task, Entry>();
  private most = 0;

  add(task: Task, expected: number): void {
    this.entries.set(task, { expected: Math.max(1e-3, expected), spent: 0, fraction: 0 });
  }

  /**
   * A piece of a task took `ms`, and `fraction` of the task is done; a falling fraction counts as unchanged.
   */
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

  /** Fraction done, 0 … 1. Never decreases, although new work makes the rest longer. */
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

  /** How many times slower this machine is than the reference machine, by the work so far. */
  private get machine(): number {
    let [measured, expected] = [machineAfterMs, machineAfterMs];
    for (const entry of this.entries.values()) {
      // At the start of a task only its time is known.
      if (entry.fraction === 0) continue;
      measured += entry.spent;
      expected += entry.expected * entry.fraction;
    }
    return measured / expected;
  }
}
