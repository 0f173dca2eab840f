import * as v from 'valibot';
import type { Reply } from './calls.js';
import { GeometryError, errorCodes, toErrorValue } from './errors.js';

/**
 * One boundary, two sides. The serving side checks every argument before its method runs; the
 * calling side checks every reply. Nothing is thrown across: a failure is the `error` of a {@link
 * Reply}.
 */
type ArgumentsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ValueOf<F> = F extends (...args: never[]) => Promise<Reply<infer T>> ? T : never;
type Schema<T> = v.GenericSchema<unknown, T>;

/** For each method of a call interface: its arguments and the value of an ok reply. */
export type CallSchemas<Calls> = {
  readonly [M in keyof Calls]: {
    readonly args: Schema<ArgumentsOf<Calls[M]>>;
    readonly value: Schema<ValueOf<Calls[M]>>;
  };
};
/** For each one-way event: its payload. */
export type EventSchemas<Events> = { readonly [M in keyof Events]: Schema<ArgumentsOf<Events[M]>> };

export const errorValueSchema = v.object({
  code: v.picklist(errorCodes),
  message: v.string(),
  cause: v.exactOptional(v.string()),
});

type Method = (...args: unknown[]) => unknown;
/** Posts a call to the other side and returns the reply, unchecked. */
export type Post = (method: string, args: readonly unknown[]) => Promise<unknown>;

const protocolError = (method: string, issues: readonly v.BaseIssue<unknown>[]): GeometryError =>
  new GeometryError(
    'protocol',
    `Two parts of Weight Geometry disagree about "${method}"; reload the window after an update.`,
    {
      cause: issues.map((issue) => `${v.getDotPath(issue) ?? method}: ${issue.message}`).join('; '),
    },
  );

/** Answers checked calls with a checked interface; a thrown error becomes a reply. */
export function serveCalls<Calls extends object>(
  schemas: CallSchemas<Calls>,
  calls: Calls,
): Record<string, Method> {
  return mapNames(schemas, (name) => async (...args: unknown[]) => {
    try {
      const checked = v.safeParse(schemas[name].args, args);
      if (!checked.success) throw protocolError(String(name), checked.issues);
      const method = calls[name] as Method;
      return await method.apply(calls, checked.output as unknown[]);
    } catch (thrown) {
      return { ok: false, error: toErrorValue(thrown) };
    }
  });
}

/**
 * Receives one-way events. An event that does not fit its schema goes to `refuse` instead of its
 * handler.
 */
export function receiveEvents<Events extends object>(
  schemas: EventSchemas<Events>,
  events: Events,
  refuse: (error: GeometryError) => void,
): Record<string, Method> {
  return mapNames(schemas, (name) => (...args: unknown[]) => {
    const checked = v.safeParse(schemas[name], args);
    if (checked.success) (events[name] as Method).apply(events, checked.output as unknown[]);
    else refuse(protocolError(String(name), checked.issues));
  });
}

/**
 * The proxy of a call interface. A failure to post is a `process-died` reply, never a rejection.
 */
export function callsOver<Calls extends object>(schemas: CallSchemas<Calls>, post: Post): Calls {
  return mapNames(schemas, (name) => async (...args: unknown[]) => {
    const reply = v.object({ ok: v.literal(true), value: schemas[name].value });
    try {
      const answer = await post(String(name), args);
      const refused = v.safeParse(failedReply, answer);
      if (refused.success) return refused.output;
      const checked = v.safeParse(reply, answer);
      if (!checked.success) throw protocolError(String(name), checked.issues);
      return checked.output;
    } catch (thrown) {
      return { ok: false, error: thrown instanceof GeometryError ? thrown.toValue() : died(thrown) };
    }
  }) as Calls;
}

/** The proxy of an event interface. */
export function eventsOver<Events extends object>(
  schemas: EventSchemas<Events>,
  post: (method: string, args: readonly unknown[]) => void,
): Events {
  return mapNames(
    schemas,
    (name) =>
      (...args: unknown[]) =>
        post(String(name), args),
  ) as Events;
}

const failedReply = v.object({ ok: v.literal(false), error: errorValueSchema });

const died = (thrown: unknown) => ({
  code: 'process-died' as const,
  message: 'The process that was working on this ended.',
  cause: String(thrown),
});

const mapNames = <T extends object>(schemas: T, make: (name: keyof T) => Method): Record<string, Method> =>
  Object.fromEntries((Object.keys(schemas) as (keyof T & string)[]).map((name) => [name, make(name)]));
