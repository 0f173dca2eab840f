import type { InspectRequest } from '../../contract/calls.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import { toErrorValue } from '../../contract/errors.js';
import type { Warning } from '../../contract/report.js';
import { readDescriptor } from './descriptorFile.js';

/** The model descriptor of a series, if one was given. Never inferred. */
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
