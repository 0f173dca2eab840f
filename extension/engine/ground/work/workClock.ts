/** Share of a part from which its own pace says as much as that of its kind. */
const ownPaceFrom = 0.15;
/** Share of a part over which what was measured of it is forgotten: threads and compilers are slow at first. */
const recentShare = 0.2;
/** Expected milliseconds of measured work from which the pace of a kind says as much as that of the machine. */
const kindPaceFromMs = 150;
/** What the belief that the machine is as expected weighs beside the measured kinds. */
const asExpected = 0.1;

/** A part of a task. */
export interface WorkPart {
  /** What is done: parts of one kind, of whatever task, share a pace. */
  readonly kind: string;
  /** Milliseconds that it takes on the machine that costs were measured on. */
  readonly expected: number;
}

interface Part extends WorkPart {
  /** Where it lies in what is expected of the whole task. */
  readonly start: number;
  readonly end: number;
  spent: number;
  /** Of this part, 0 … 1. */
  fraction: number;
  /** Of its pieces, the last weighing most. */
  lately: Pace;
}

const nothing: Pace = { spent: 0, expected: 0 };

interface Entry {
  readonly parts: readonly Part[];
  readonly expected: number;
  fraction: number;
}

interface Pace {
  readonly spent: number;
  readonly expected: number;
}

/**
 * How far a number of tasks of unlike cost is, and how long the rest takes: what was expected of each part, by the pace
 * of its kind so far, where nothing of its kind was measured yet by that of the machine, and, the further a part is, by
 * its own. Paces are mixed in logarithms and each kind has one voice: one that costs twenty times what was expected
 * of it says little of the others.
 */
export class WorkClock<Task> {
  private readonly entries = new Map<Task, Entry>();
  private readonly paces = new Map<string, Pace>();
  private most = 0;

  /** A task whose fraction grows with what is expected of its parts, in their order. */
  add(task: Task, parts: readonly WorkPart[]): void {
    const known: Part[] = [];
    let start = 0;
    for (const part of parts) {
      const expected = Math.max(1e-3, part.expected);
      const end = start + expected;
      known.push({
        kind: part.kind,
        ...{ expected, start, end },
        ...{ spent: 0, fraction: 0, lately: nothing },
      });
      start = end;
    }
    this.entries.set(task, { parts: known, expected: start, fraction: 0 });
  }

  /** A piece of a task took `ms`, and `fraction` of the task is done; a fraction that falls counts as before. */
  worked(task: Task, ms: number, fraction: number): void {
    const entry = this.entries.get(task);
    if (!entry) return;
    const from = entry.fraction * entry.expected;
    entry.fraction = Math.min(1, Math.max(entry.fraction, fraction));
    const to = entry.fraction * entry.expected;
    const pieces = entry.parts.flatMap((part) => {
      const covered = Math.max(0, Math.min(to, part.end) - Math.max(from, part.start));
      // A piece without progress belongs to the part that it lies in.
      const isIn = covered > 0 || (to === from && from < part.end && from >= part.start);
      return isIn ? [{ part, covered }] : [];
    });
    // A piece may reach over the end of a part: each has as much of it as it takes longer.
    const { machine } = this;
    const costs = pieces.map(({ part, covered }) => covered * this.paceOf(part.kind, machine));
    const all = costs.reduce((sum, cost) => sum + cost, 0);
    pieces.forEach(({ part, covered }, i) => {
      const spent = all > 0 ? (ms * costs[i]!) / all : ms / pieces.length;
      part.spent += spent;
      // Rounding of the sums must not leave a part of what is done.
      part.fraction = to >= part.end - 1e-9 * entry.expected ? 1 : (to - part.start) / part.expected;
      part.lately = followed(part.lately, recentShare * part.expected, spent, covered);
      this.paces.set(part.kind, followed(this.paces.get(part.kind), Infinity, spent, covered));
    });
  }

  /** Milliseconds of work left. */
  get msLeft(): number {
    const machine = this.machine;
    let left = 0;
    for (const { parts, fraction: done } of this.entries.values()) {
      if (done >= 1) continue;
      for (const { kind, expected, lately, fraction } of parts) {
        if (fraction >= 1) continue;
        const ofKind = this.paceOf(kind, machine);
        // Of a part's beginning nothing is known but its time.
        const own = paceOf(lately);
        const pace = own === undefined ? ofKind : mixed(fraction / (fraction + ownPaceFrom), own, ofKind);
        left += (1 - fraction) * expected * pace;
      }
    }
    return left;
  }

  /** Fraction done, 0 … 1: never less than it was, as work that turns up makes the rest longer. */
  get fraction(): number {
    let spent = 0;
    for (const { parts } of this.entries.values()) for (const part of parts) spent += part.spent;
    const now = spent === 0 ? 0 : spent / (spent + this.msLeft);
    return (this.most = Math.max(this.most, now));
  }

  /** How many times longer than expected work of a kind takes here. */
  private paceOf(kind: string, machine: number): number {
    const pace = this.paces.get(kind);
    const own = pace && paceOf(pace);
    return own === undefined ? machine : mixed(voiceOf(pace!), own, machine);
  }

  /** How many times slower this machine is than the one that costs were measured on, by the kinds of work done so far. */
  private get machine(): number {
    let [sum, voices] = [0, asExpected];
    for (const pace of this.paces.values()) {
      const own = paceOf(pace);
      if (own === undefined) continue;
      sum += voiceOf(pace) * Math.log(own);
      voices += voiceOf(pace);
    }
    return Math.exp(sum / voices);
  }
}

/** A pace with one piece of work more; what was measured `over` expected milliseconds ago weighs 1/e of it. */
const followed = (pace: Pace | undefined, over: number, spent: number, expected: number): Pace => {
  const kept = pace === undefined ? 0 : Math.exp(-expected / over);
  return { spent: kept * (pace?.spent ?? 0) + spent, expected: kept * (pace?.expected ?? 0) + expected };
};

const voiceOf = ({ expected }: Pace): number => expected / (expected + kindPaceFromMs);

/** Undefined where nothing was measured. */
const paceOf = ({ spent, expected }: Pace): number | undefined =>
  spent > 0 && expected > 1e-6 ? Math.min(1e3, Math.max(1e-3, spent / expected)) : undefined;

/** The geometric mean of two paces. */
const mixed = (share: number, one: number, other: number): number =>
  Math.exp(share * Math.log(one) + (1 - share) * Math.log(other));
