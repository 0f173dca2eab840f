/** The user's control of a run: takes effect between two chunks of steps. */
export class RunControl {
  private wish: 'run' | 'pause' | 'stop' = 'run';
  private wake: (() => void) | undefined;
  private readonly stopped = new AbortController();

  pause(): void {
    if (this.wish === 'run') this.set('pause');
  }

  resume(): void {
    if (this.wish === 'pause') this.set('run');
  }

  /** For good. */
  stop(): void {
    this.set('stop');
    this.stopped.abort();
  }

  /** Aborted by {@link stop}, for a run that another process trains. */
  get stopSignal(): AbortSignal {
    return this.stopped.signal;
  }

  wantsPause(): boolean {
    return this.wish === 'pause';
  }

  wantsStop(): boolean {
    return this.wish === 'stop';
  }

  /** Resolves when the run should no longer be paused. */
  async whilePaused(): Promise<void> {
    while (this.wish === 'pause') await new Promise<void>((changed) => (this.wake = changed));
  }

  private set(wish: 'run' | 'pause' | 'stop'): void {
    this.wish = wish;
    this.wake?.();
  }
}
