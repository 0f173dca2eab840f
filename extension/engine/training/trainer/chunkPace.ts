/** Target length of one call into the runtime, which cannot be interrupted; progress is reported after it. */
const TARGET_MS = 250;
/** Batches of a chunk are drawn in advance; more steps than this bring no gain. */
const MOST_STEPS = 256;

/** Chooses the number of steps of a chunk so that it lasts about a quarter of a second. */
export class ChunkPace {
  private steps = 1;

  /** Number of steps of the next chunk. */
  get next(): number {
    return this.steps;
  }

  /** Adapts to a chunk's time; grows by at most a factor of four, because the first calls are slower. */
  took(steps: number, milliseconds: number): void {
    const fitting = Math.floor((steps * TARGET_MS) / Math.max(milliseconds, 1e-3));
    this.steps = Math.max(1, Math.min(fitting, 4 * this.steps, MOST_STEPS));
  }
}
