import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { InspectRequest } from '../../contract/calls.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import { toErrorValue } from '../../contract/errors.js';
import type { Warning } from '../../contract/report.js';
import { runFileSchema } from '../../contract/run.js';
import { readDescriptor } from '../checkpoints/descriptorFile.js';

/** The model that checkpoints are of, where somebody said so: it is never guessed. */
export interface FoundModel {
  readonly descriptor?: {
    readonly value: ModelDescriptor;
    readonly origin: 'option' | 'file' | 'run';
    readonly path?: string;
  };
  readonly warnings: readonly Warning[];
}

/** The request's descriptor, else one beside the checkpoints; a faulty file beside them is a warning. */
export const modelOf = async (request: InspectRequest, root: string): Promise<FoundModel> => {
  if (request.descriptor !== undefined) {
    return { descriptor: { ...request.descriptor, origin: 'option' }, warnings: [] };
  }
  try {
    const found = await readDescriptor(root);
    if (found === undefined) return { warnings: [] };
    const { descriptor: value, origin, path } = found;
    return { descriptor: { value, origin, path }, warnings: [] };
  } catch (thrown) {
    const { code, message } = toErrorValue(thrown);
    return { warnings: [{ code, message, path: root }] };
  }
};

/** The step at which one of our own runs first reached a test accuracy of 0.9, as its `run.json` says. */
export const grokStepOf = async (root: string): Promise<number | undefined> => {
  try {
    const parsed = v.safeParse(runFileSchema, JSON.parse(await readFile(join(root, 'run.json'), 'utf8')));
    return parsed.success ? parsed.output.grokStep : undefined;
  } catch {
    // No run of ours.
    return undefined;
  }
};
