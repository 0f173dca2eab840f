/**
 * The training step under the pointer in one chart, marked in the other charts. Not part of the rendered state:
 * it changes with every pointer move, and a chart marks it without being redrawn.
 */
type Listener = (step: number | undefined, source: object) => void;
const listeners = new Set<Listener>();

/** `source` is the chart that the pointer is in. */
export function hoverStep(step: number | undefined, source: object): void {
  for (const listener of listeners) listener(step, source);
}

/** Returns the unsubscribe function. */
export function onHoveredStep(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
