import type { Reply } from '../../contract/calls.js';
import type { Report, ReportAddition, SweepCell } from '../../contract/report.js';
import type { Place, PlaceState } from '../../contract/sweep.js';
import { PollPace } from '../../queue/pollPace.js';
import type { Disposable } from '../events.js';
import { runOf } from '../sweepFolder.js';

/** The window's part of following a sweep. */
export interface FollowerPorts {
  /** The displayed sources. */
  readonly shown: () => readonly string[];
  readonly reportOf: (source: string) => Report | undefined;
  readonly add: (source: string, addition: ReportAddition) => void;
  /** One query to the scheduler for all runs of a sweep; empty if it was never submitted. */
  readonly places: (sweep: string) => Promise<Reply<readonly Place[]>>;
  readonly setTimer: (call: () => void, ms: number) => Disposable;
}

const statusOf: Readonly<Record<PlaceState, SweepCell['status']>> = {
  waiting: 'queued',
  starting: 'queued',
  running: 'running',
  stopped: 'stopped',
  finished: 'finished',
  failed: 'failed',
  lost: 'stopped',
  absent: 'queued',
};

/** Whether a run has written anything yet. */
const hasBegun = ({ state, step }: Place): boolean =>
  step > 0 || !(state === 'waiting' || state === 'starting' || state === 'absent');

const isActive = ({ state, unsure }: Place): boolean =>
  unsure === true || state === 'waiting' || state === 'starting' || state === 'running';

interface Followed {
  pace: PollPace;
  timer: Disposable | undefined;
  isAsking: boolean;
  /** Requested again while an answer, possibly outdated, was awaited. */
  isAskedAgain: boolean;
  told: string;
}

/**
 * Follows submitted sweeps while they are shown, and finds them again when their panel is opened later. Updates
 * the rows of their tables from the runs' files, their claims and the scheduler. A sweep without waiting or
 * training runs is not polled until it is looked at again.
 */
export class SweepFollower implements Disposable {
  private readonly followed = new Map<string, Followed>();

  constructor(private readonly ports: FollowerPorts) {}

  /** A source was opened or reread: queries the displayed sweeps. */
  look(): void {
    for (const source of this.ports.shown()) {
      if ((this.ports.reportOf(source)?.sweep.length ?? 0) > 0) void this.ask(source, true);
    }
  }

  /**
   * Queries a sweep now.
   * @param afresh an action was taken on it, or it is newly shown: much may change soon.
   */
  async ask(sweep: string, afresh = false): Promise<void> {
    const own = this.followed.get(sweep) ?? {
      pace: new PollPace(),
      timer: undefined,
      isAsking: false,
      isAskedAgain: false,
      told: '',
    };
    this.followed.set(sweep, own);
    if (afresh) own.pace = new PollPace();
    if (own.isAsking) {
      own.isAskedAgain ||= afresh;
      return;
    }
    own.timer?.dispose();
    own.isAsking = true;
    const reply = await this.ports.places(sweep);
    own.isAsking = false;
    if (this.followed.get(sweep) !== own) return;
    if (own.isAskedAgain) {
      own.isAskedAgain = false;
      return this.ask(sweep, true);
    }
    if (!reply.ok || reply.value.length === 0) {
      this.followed.delete(sweep);
      return;
    }
    const places = reply.value;
    const text = JSON.stringify(places);
    const changed = text !== own.told;
    own.told = text;
    // A restarted report has lost these rows.
    if (changed || afresh) this.tell(sweep, places);
    if (!places.some(isActive) || !this.ports.shown().includes(sweep)) {
      this.followed.delete(sweep);
      return;
    }
    const answered = !places.some(({ unsure }) => unsure);
    own.timer = this.ports.setTimer(() => void this.askIfShown(sweep), own.pace.after({ answered, changed }));
  }

  dispose(): void {
    for (const { timer } of this.followed.values()) timer?.dispose();
    this.followed.clear();
  }

  private askIfShown(sweep: string): Promise<void> {
    if (this.ports.shown().includes(sweep)) return this.ask(sweep);
    this.followed.delete(sweep);
    return Promise.resolve();
  }

  private tell(sweep: string, places: readonly Place[]): void {
    const cells = new Map(this.ports.reportOf(sweep)?.sweepCells.map((cell) => [cell.name, cell]));
    const sweepCells = places.flatMap((place) => {
      const cell = cells.get(place.name);
      if (cell === undefined) return [];
      const own = hasBegun(place) ? { path: runOf(sweep, place.name) } : {};
      const step = Math.max(cell.step, place.step);
      return [{ ...cell, ...own, place, status: statusOf[place.state], step }];
    });
    if (sweepCells.length > 0) this.ports.add(sweep, { sweepCells });
  }
}
