/** How long one call into the runtime should take: it cannot be interrupted, and progress follows it. */
const TARGET_MS = 250;
/** Batches of a chunk are drawn beforehand; more steps than this gain nothing. */
const MOST_STEPS = 256;

/** Chooses how many steps a chunk takes, so that it lasts about a quarter of a second. */
export class ChunkPace {
  private steps = 1;

  /** Steps that the next chunk should take. */
  get next(): number {
    return this.steps;
  }

  /** Learns from a chunk; grows to at most four times, as the first calls are slower than the rest. */
  took(steps: number, milliseconds: number): void {
    const fitting = Math.floor((steps * TARGET_MS) / Math.max(milliseconds, 1e-3));
    this.steps = Math.max(1, Math.min(fitting, 4 * this.steps, MOST_STEPS));
  }
}
