import { printableLine } from './printable.js';

/**
 * Errors are values of a closed set: a code, a sentence for the user, and a cause for the log.
 * They cross process boundaries as plain objects and are shown only by the host or the command line.
 */
export const errorCodes = [
  'not-found',
  'unreadable',
  'changed-while-reading',
  'not-a-checkpoint',
  'unsupported-format',
  'malformed-file',
  'unsafe-file',
  'no-checkpoints',
  'too-large',
  'not-finite',
  'in-use',
  'invalid-argument',
  'invalid-descriptor',
  'invalid-config',
  'invalid-graph',
  'no-provider',
  'disk-full',
  'unwritable',
  'cancelled',
  'process-died',
  'protocol',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What crosses a boundary. `message` is one sentence that helps the user; `cause` is for the log. */
export interface ErrorValue {
  readonly code: ErrorCode;
  readonly message: string;
  readonly cause?: string;
}

/** The one exception class of the product: an {@link ErrorValue} that can be thrown. Names in its message are escaped. */
export class GeometryError extends Error {
  override readonly name = 'GeometryError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(printableLine(message), options);
  }

  toValue(): ErrorValue {
    return {
      code: this.code,
      message: this.message,
      ...(this.cause === undefined ? {} : { cause: describeCause(this.cause) }),
    };
  }
}

const describeCause = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);

/**
 * Converts anything thrown to an {@link ErrorValue}. What is not a {@link GeometryError} is a
 * defect of the product.
 */
export const toErrorValue = (thrown: unknown): ErrorValue =>
  thrown instanceof GeometryError
    ? thrown.toValue()
    : {
        code: 'internal',
        message: 'Something went wrong inside Weight Geometry.',
        cause: describeCause(thrown),
      };
