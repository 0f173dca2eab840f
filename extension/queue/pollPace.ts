/** Milliseconds between two queries of a scheduler: short after a change, long without one. */
export const pollPace = { first: 5_000, most: 60_000, growth: 1.5, givenUp: 300_000, timeouts: 3 } as const;

/** Schedule of the queries of a scheduler. Holds no timer, so that tests control the clock. */
export class PollPace {
  private wait: number = pollPace.first;
  private silent = 0;

  /** Milliseconds until the next query. */
  after(answer: { readonly answered: boolean; readonly changed: boolean }): number {
    if (!answer.answered) {
      this.silent++;
      // A controller that is down or overloaded is queried rarely, but never given up.
      this.wait = this.silent >= pollPace.timeouts ? pollPace.givenUp : this.wait * 2;
      return this.wait;
    }
    this.silent = 0;
    this.wait = answer.changed ? pollPace.first : Math.min(pollPace.most, this.wait * pollPace.growth);
    return this.wait;
  }
}
