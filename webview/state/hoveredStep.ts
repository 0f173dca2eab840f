/**
 * The training step under the pointer in one chart, which the other charts mark. Not part of the drawn state: it changes
 * with every move of the pointer, and a chart marks it without being drawn anew.
 */
type Listener = (step: number | undefined, source: object) => void;
const listeners = new Set<Listener>();

/** `source` is the chart that the pointer is in. */
export function hoverStep(step: number | undefined, source: object): void {
  for (const listener of listeners) listener(step, source);
}

/** Returns the end of listening. */
export function onHoveredStep(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
