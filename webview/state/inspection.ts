import type { Focus, Progress } from '../../extension/contract/calls.js';
import type { ErrorValue } from '../../extension/contract/errors.js';
import type { PanelEvents } from '../../extension/contract/panel.js';
import type { Report } from '../../extension/contract/report.js';
import { ReportStore } from '../../extension/contract/reportStore.js';
import { TimeLeft } from '../../extension/contract/timeLeft.js';
import type { TrainingState } from '../../extension/contract/training.js';

/** What the page knows of the inspection at a moment. */
export interface InspectionState {
  readonly report: Report | undefined;
  readonly progress: (Progress & { readonly msLeft?: number }) | undefined;
  readonly running: boolean;
  readonly error: ErrorValue | undefined;
  readonly status: string;
  /** The source is a run that the window steers or watches. */
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

/** Additions come in bursts; the page is drawn anew this often at most, in milliseconds. */
const pace = 250;

/** Folds the events of an inspection and tells the page, at a calm pace, what became of it. */
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
    /** The host asks for the page so many tabs further on. */
    readonly turnBy: (tabs: number) => void = () => undefined,
  ) {}

  reset(): void {
    this.store = new ReportStore();
    // Training goes on whatever is inspected.
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
      // A percentage never goes back: work that turns up on the way makes the rest longer, not what is done less.
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

  /** The first change shows at once, the next ones together. */
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
