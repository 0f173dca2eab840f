import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { InspectRequest } from '../../contract/calls.js';
import { descriptorFileName, descriptorSchema, type ModelDescriptor } from '../../contract/descriptor.js';
import type { Warning } from '../../contract/report.js';
import type { SourceSeries } from './source.js';

/** The model that checkpoints are of, where somebody said so: it is never guessed. */
export interface FoundDescriptor {
  readonly value?: ModelDescriptor;
  readonly origin: 'option' | 'file' | 'run';
  readonly path?: string;
  readonly warnings: readonly Warning[];
}

/** Where descriptors lie beside checkpoints, the first found counts. `run.json` holds one at its top. */
const places = [
  { name: descriptorFileName, origin: 'file' },
  { name: 'run.json', origin: 'run' },
] as const;

/** The request's descriptor, else one beside the checkpoints or in the folder above; a faulty file is a warning. */
export const descriptorOf = async (
  request: InspectRequest,
  source: SourceSeries,
): Promise<FoundDescriptor | undefined> => {
  if (request.descriptor !== undefined) {
    return { ...request.descriptor, origin: 'option', warnings: [] };
  }
  for (const folder of new Set([source.root, dirname(source.root)])) {
    for (const { name, origin } of places) {
      const path = join(folder, name);
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      const parsed = v.safeParse(descriptorSchema, parseJson(text));
      if (parsed.success) return { value: parsed.output, origin, path, warnings: [] };
      const [issue] = parsed.issues;
      const message = `${path} does not describe a model: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}.`;
      return { origin, path, warnings: [{ code: 'invalid-descriptor', message, path }] };
    }
  }
  return undefined;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
