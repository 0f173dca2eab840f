/** The pickle breaks the rules of its own machine, or goes beyond our limits. */
export class PickleFault extends Error {
  constructor(
    message: string,
    readonly isTooLarge = false,
  ) {
    super(message);
  }
}

/** Thrown where the bytes at hand end inside a pickle: more of the file may complete it, but not mend a fault in it. */
export class PickleEnd extends Error {
  constructor(readonly fault?: PickleFault) {
    super();
  }
}
