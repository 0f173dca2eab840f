/** Between two questions to a scheduler, in milliseconds: soon after something changed, rarely while nothing does. */
export const pollPace = { first: 5_000, most: 60_000, growth: 1.5, givenUp: 300_000, timeouts: 3 } as const;

/** When to ask a scheduler again. Holds no timer, so that a test's clock drives it. */
export class PollPace {
  private wait: number = pollPace.first;
  private silent = 0;

  /** Milliseconds until the next question, after an answer. */
  after(answer: { readonly answered: boolean; readonly changed: boolean }): number {
    if (!answer.answered) {
      this.silent++;
      // A controller that is down or overloaded is asked rarely, not given up for good.
      this.wait = this.silent >= pollPace.timeouts ? pollPace.givenUp : this.wait * 2;
      return this.wait;
    }
    this.silent = 0;
    this.wait = answer.changed ? pollPace.first : Math.min(pollPace.most, this.wait * pollPace.growth);
    return this.wait;
  }
}
