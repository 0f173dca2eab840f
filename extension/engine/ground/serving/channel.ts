import { createBirpc } from 'birpc';
import type { CallSchemas, EventSchemas } from '../../../contract/boundary.js';
import { eventsOver, serveCalls } from '../../../contract/boundary.js';
import { GeometryError } from '../../../contract/errors.js';

/**
 * Serves a checked interface to the parent process until the channel closes; then the parent has ended, and
 * this process ends too.
 */
export function serveParent<Calls extends object>(schemas: CallSchemas<Calls>, calls: Calls): void {
  connect(serveCalls(schemas, calls));
}

/**
 * As {@link serveParent}, for an interface with events. `whenLeft` replaces ending at once when the parent is
 * gone.
 */
export function serveParentWithEvents<Calls extends object, Events extends object>(
  schemas: CallSchemas<Calls>,
  eventSchemas: EventSchemas<Events>,
  calls: (events: Events) => Calls,
  whenLeft: () => void = endProcess,
): void {
  const events = eventsOver(eventSchemas, (name, args) => void channel.$callEvent(name, ...args));
  const channel = connect(serveCalls(schemas, calls(events)), whenLeft);
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

const endProcess = (): void => process.exit(0);

function connect(functions: Functions, whenLeft: () => void = endProcess) {
  const send = process.send?.bind(process);
  if (!send) throw new GeometryError('invalid-argument', 'This process is started by VS Code, not by hand.');
  process.once('disconnect', whenLeft);
  const channel = createBirpc<Functions, Functions>(functions, {
    post: (message) => send(message, undefined, undefined, () => undefined),
    on: (receive) => process.on('message', receive),
    // A name that the interface lacks must not resolve to an inherited member.
    resolver: (name) => (Object.hasOwn(functions, name) ? functions[name] : undefined),
    timeout: -1,
  });
  return channel;
}
