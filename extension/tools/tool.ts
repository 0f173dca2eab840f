import path from 'node:path';
import type { InspectRequest, Progress, SeriesListing } from '../contract/calls.js';
import { GeometryError } from '../contract/errors.js';
import type { Report } from '../contract/report.js';

/** Dependencies of the tools: the window's processes, or the engine in the command's process. */
export interface ToolServices {
  /** Folders that may be read. Relative paths start from the first. */
  readonly roots: readonly string[];
  readonly discover: (path: string, signal: AbortSignal) => Promise<readonly SeriesListing[]>;
  /** A whole report. Writes nothing, not even a cache. */
  readonly inspect: (
    request: InspectRequest,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ) => Promise<Report>;
}

/** One argument of a tool: text. */
export interface Parameter {
  readonly description: string;
  readonly isOptional?: true;
  /** The allowed values, if there are few. */
  readonly values?: readonly string[];
}

export interface ToolCall {
  readonly input: Readonly<Record<string, string>>;
  readonly services: ToolServices;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** A tool of assistants: a row of `table.ts`. No tool writes, and none starts a training. */
export interface Tool {
  /** Lower case with underscores, the convention of assistants. */
  readonly name: string;
  readonly title: string;
  /** For the model: what it answers, the nulls of its numbers, what it does not do. */
  readonly description: string;
  /** One line for the user who is asked for permission. */
  readonly userDescription: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** The current action: "Inspecting runs/a". */
  readonly doing: (input: Readonly<Record<string, string>>) => string;
  /** @throws GeometryError. */
  readonly run: (call: ToolCall) => Promise<string>;
}

/** A tool's name among those of all extensions. */
export const modelToolName = ({ name }: Tool): string => `weight_geometry_${name}`;

/** The arguments of a tool as JSON Schema, for manifests and protocols. */
export const inputSchemaOf = ({ parameters }: Tool) => ({
  type: 'object' as const,
  properties: Object.fromEntries(
    Object.entries(parameters).map(([name, { description, values }]) => [
      name,
      { type: 'string', description, ...(values ? { enum: [...values] } : {}) },
    ]),
  ),
  required: Object.entries(parameters).flatMap(([name, { isOptional }]) => (isOptional ? [] : [name])),
  additionalProperties: false,
});

const LONGEST = 4096;

/**
 * Validates a caller's arguments.
 * @throws GeometryError `invalid-argument` for one that is missing, unknown, not a text, or not an allowed
 * value.
 */
export const readInput = ({ name, parameters }: Tool, given: unknown): Readonly<Record<string, string>> => {
  const refuse = (why: string): GeometryError => new GeometryError('invalid-argument', `${name}: ${why}.`);
  const values = given ?? {};
  if (typeof values !== 'object' || Array.isArray(values)) throw refuse('the arguments are no object');
  const known = Object.keys(parameters).join(', ');
  for (const key of Object.keys(values)) {
    if (!Object.hasOwn(parameters, key))
      throw refuse(`there is no argument ${JSON.stringify(key)}; it takes ${known}`);
  }
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([key, { isOptional, values: allowed }]) => {
      const value: unknown = Object.hasOwn(values, key)
        ? (values as Record<string, unknown>)[key]
        : undefined;
      if (value === undefined || value === null || value === '') {
        if (isOptional) return [];
        throw refuse(`${key} is missing`);
      }
      if (typeof value !== 'string' || value.length > LONGEST || value.includes('\0')) {
        throw refuse(`${key} must be a text of at most ${LONGEST} characters`);
      }
      if (allowed && !allowed.includes(value)) throw refuse(`${key} is one of ${allowed.join(', ')}`);
      return [[key, value]];
    }),
  );
};

/** The name of a path for a sentence. */
export const nameOf = (file: string): string => path.basename(file) || file;
