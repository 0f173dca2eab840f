import { GeometryError } from '../../../contract/errors.js';

/**
 * Called inside a long computation: yields to the event loop now and then, and ends the computation when
 * cancelled.
 */
export type Pause = () => Promise<void>;

const TURN_MS = 100;

/** @throws GeometryError `cancelled` from the returned function once the signal is aborted. */
export const pauseFor = (signal: AbortSignal | undefined): Pause => {
  let turned = performance.now();
  return async () => {
    if (performance.now() - turned > TURN_MS) {
      await new Promise((resume) => setImmediate(resume));
      turned = performance.now();
    }
    if (signal?.aborted === true) throw new GeometryError('cancelled', 'The computation was cancelled.');
  };
};
