import type { Focus, Progress } from '../../extension/contract/calls.js';
import type { ErrorValue } from '../../extension/contract/errors.js';
import type { PanelEvents } from '../../extension/contract/panel.js';
import type { Report } from '../../extension/contract/report.js';
import { ReportStore } from '../../extension/contract/reportStore.js';
import { TimeLeft } from '../../extension/contract/timeLeft.js';
import type { TrainingState } from '../../extension/contract/training.js';

/** A snapshot of the inspection as the page knows it. */
export interface InspectionState {
  readonly report: Report | undefined;
  readonly progress: (Progress & { readonly msLeft?: number }) | undefined;
  readonly running: boolean;
  readonly error: ErrorValue | undefined;
  readonly status: string;
  /** The source is a run that this window controls or watches. */
  readonly training: TrainingState | undefined;
}

const fresh: InspectionState = {
  report: undefined,
  progress: undefined,
  running: true,
  error: undefined,
  status: '',
  training: undefined,
};

/** Additions come in bursts; minimum interval between renders, in milliseconds. */
const pace = 250;

/** Merges the events of an inspection and notifies the page at a limited rate. */
export class Inspection implements PanelEvents {
  private store = new ReportStore();
  private state = fresh;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stale = false;
  private time = new TimeLeft();

  constructor(
    private readonly show: (state: InspectionState) => void,
    /** The host asks for a page. */
    readonly turnTo: (page: Focus) => void,
    /** The host asks to move by this number of tabs. */
    readonly turnBy: (tabs: number) => void = () => undefined,
  ) {}

  reset(): void {
    this.store = new ReportStore();
    // The training state is independent of the inspection.
    this.state = { ...fresh, training: this.state.training };
    this.later();
  }

  addition(addition: Parameters<PanelEvents['addition']>[0]): void {
    this.store.add(addition);
    this.stale = true;
    this.later();
  }

  progress(progress: Progress): void {
    const now = Date.now();
    this.time.report(progress.fraction, now, progress.msLeft);
    const msLeft = this.time.left(now);
    this.state = {
      ...this.state,
      // Progress never decreases: new work makes the rest longer, not the completed part smaller.
      progress: {
        text: progress.text,
        fraction: this.time.fraction,
        ...(msLeft === undefined ? {} : { msLeft }),
      },
      running: true,
      error: undefined,
    };
    this.later();
  }

  ended(outcome: Parameters<PanelEvents['ended']>[0]): void {
    this.time = new TimeLeft();
    this.state = {
      ...this.state,
      progress: undefined,
      running: false,
      error: outcome.ok ? undefined : outcome.error,
    };
    this.later();
  }

  status(text: string): void {
    this.state = { ...this.state, status: text };
    this.later();
  }

  training(training: TrainingState | null): void {
    this.state = { ...this.state, training: training ?? undefined };
    this.later();
  }

  /** The first change is shown at once, the next ones together. */
  private later(): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.flush();
      },
      this.state.report ? pace : 0,
    );
  }

  private flush(): void {
    if (this.stale) {
      this.stale = false;
      this.state = { ...this.state, report: this.store.report() };
    }
    this.show(this.state);
  }
}
