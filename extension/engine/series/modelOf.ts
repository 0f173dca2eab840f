import { dirname } from 'node:path';
import type { InspectRequest } from '../../contract/calls.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { Warning } from '../../contract/report.js';
import { requireFit } from '../evaluation/weightRow.js';
import { buildModel } from '../models/model.js';
import { readDescriptor } from './descriptorFile.js';
import type { Survey } from './survey.js';

/** The model descriptor of a series, if one was given. Never inferred. */
export interface FoundModel {
  readonly descriptor?: {
    readonly value: ModelDescriptor;
    readonly origin: 'option' | 'file' | 'run';
    readonly path?: string;
  };
  readonly warnings: readonly Warning[];
  /** The folder above describes another model: nothing that lies there is about these weights. */
  readonly isOtherAbove?: true;
}

/** The request's descriptor, otherwise one beside the checkpoints; a faulty file there is a warning. */
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

/**
 * The model where it may be that of the weights. A descriptor of the folder above is meant for its own checkpoints, in a
 * folder inside it, and one beside a file for the series there: the weights of another model may lie there too. Of a
 * series with a descriptor of its own a misfit is a fault, and is said where the model is run.
 */
export const fittingModel = (
  model: FoundModel,
  root: string,
  { checkpoints, comparable }: Pick<Survey, 'checkpoints' | 'comparable'>,
): FoundModel => {
  const { value, path, origin } = model.descriptor ?? {};
  if (value === undefined || path === undefined || origin === 'option') return model;
  const isAbove = dirname(path) !== root;
  if (!isAbove && checkpoints.length > 1) return model;
  try {
    requireFit(buildModel(value).parameters, comparable);
    return model;
  } catch (thrown) {
    if (!(thrown instanceof GeometryError)) throw thrown;
    const message = `${path} describes another model and is not used here: ${thrown.message}`;
    return {
      warnings: [...model.warnings, { code: 'descriptor-of-another', message, path }],
      ...(isAbove ? { isOtherAbove: true } : {}),
    };
  }
};
