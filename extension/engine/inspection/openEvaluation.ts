import type { InspectRequest } from '../../contract/calls.js';
import { GeometryError } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import { mostEvaluatedParameters } from '../analyses/reconstruction/accuracy.js';
import type { OpenEvaluate, openEvaluate } from '../evaluation/openEvaluate.js';
import type { FoundModel } from '../series/modelOf.js';
import type { Survey } from '../series/survey.js';

/** Opens the model of a series, if one is given. A descriptor that does not fit the weights is a warning. */
export const openEvaluation = async (
  request: InspectRequest,
  found: Survey,
  model: FoundModel,
  evaluator: typeof openEvaluate | undefined,
  emit: (addition: ReportAddition) => void,
): Promise<OpenEvaluate | undefined> => {
  const { descriptor } = model;
  const isOneCheckpoint = found.checkpoints.length === 1;
  if (evaluator === undefined || isOneCheckpoint) return undefined;
  if (found.parameters > mostEvaluatedParameters) return undefined;
  if (request.evaluation !== undefined) {
    return evaluator({ kind: 'onnx', ...request.evaluation }, found.comparable);
  }
  if (descriptor === undefined) return undefined;
  try {
    return await evaluator({ kind: 'descriptor', descriptor: descriptor.value }, found.comparable);
  } catch (thrown) {
    if (!(thrown instanceof GeometryError)) throw thrown;
    const { code, message } = thrown;
    emit({
      warnings: [{ code, message, ...(descriptor.path === undefined ? {} : { path: descriptor.path }) }],
    });
    return undefined;
  }
};
