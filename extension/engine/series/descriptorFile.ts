import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { descriptorFileName, descriptorSchema, type ModelDescriptor } from '../../contract/descriptor.js';
import { GeometryError } from '../../contract/errors.js';
import { limits, readText } from '../../disk/regularFile.js';

export interface FoundDescriptor {
  readonly descriptor: ModelDescriptor;
  readonly path: string;
  /** `run`: the run's own `run.json`. */
  readonly origin: 'file' | 'run';
}

/** The first existing file is used; a hand-written file precedes a run's. */
const places = [
  { name: descriptorFileName, origin: 'file', isAlwaysOne: true },
  { name: 'run.json', origin: 'run', isAlwaysOne: false },
  { name: 'run-info.json', origin: 'file', isAlwaysOne: false },
] as const;

const invalid = (path: string, reason: string, cause?: unknown): GeometryError =>
  new GeometryError('invalid-descriptor', `${path}: ${reason}.`, { cause });

const readJson = async (path: string): Promise<unknown> => {
  const text = await readText(path, limits.settings);
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw invalid(path, 'it is not valid JSON', thrown);
  }
};

const parse = (path: string, value: unknown): ModelDescriptor => {
  const parsed = v.safeParse(descriptorSchema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue);
  throw invalid(path, `it does not describe a model: ${field === null ? '' : `${field}: `}${issue.message}`);
};

/**
 * A descriptor from the user's file.
 * @throws GeometryError `not-found`, `unreadable`, `too-large`, `invalid-descriptor` naming the field.
 */
export const readDescriptorFile = async (path: string): Promise<ModelDescriptor> => {
  return parse(path, await readJson(path));
};

/** Whether a file that may be unrelated (a run of another program) describes a model known to the product. */
const isDescriptor = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'model' in value && 'data' in value;

/**
 * The descriptor beside checkpoints: `weight-geometry.json`, or the run's `run.json`, in the folder or (for a
 * checkpoint folder inside a run) the one above. Undefined if there is none.
 * @throws GeometryError `invalid-descriptor` naming file and field, `unreadable`, `too-large`.
 */
export const readDescriptor = async (folder: string): Promise<FoundDescriptor | undefined> => {
  for (const place of new Set([folder, dirname(folder)])) {
    for (const { name, origin, isAlwaysOne } of places) {
      const path = join(place, name);
      const value = await readJson(path).catch((thrown: unknown) => {
        if (thrown instanceof GeometryError && thrown.code === 'not-found') return undefined;
        throw thrown;
      });
      if (value === undefined || (!isAlwaysOne && !isDescriptor(value))) continue;
      return { descriptor: parse(path, value), path, origin };
    }
  }
  return undefined;
};
