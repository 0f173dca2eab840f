import { GeometryError } from '../../contract/errors.js';
import type { OnnxEvaluation } from '../../contract/report.js';
import type { TensorInfo } from '../checkpoints/tensors/checkpoint.js';
import type { NamedWeights } from './namedWeights.js';
import { createSession, type NamedTensor } from '../runtime/session.js';
import type { OpenEvaluate } from './openEvaluate.js';
import { readLabelledData } from './labelledData.js';
import { openModel, type FedWeight } from './onnxModel.js';
import { countRight } from './rightAnswers.js';

/**
 * Accuracies of a user's ONNX model with its weights replaced: per output, the share of rows whose largest
 * entry along the last axis is the label.
 * @throws GeometryError naming the file and what does not fit.
 */
export const evaluateOnnx = async (
  { model: modelPath, data: dataPath }: OnnxEvaluation,
  tensors: readonly TensorInfo[],
): Promise<OpenEvaluate> => {
  const model = await openModel(modelPath, tensors);
  const { feeds, labels } = await readLabelledData(dataPath, model);
  const session = await createSession(model.bytes, { provider: 'cpu' }).catch((cause: unknown) => {
    throw new GeometryError('invalid-graph', `${modelPath}: onnxruntime refused the model.`, { cause });
  });

  const accuracy = async (weights: NamedWeights): Promise<Record<string, number>> => {
    const outputs = await session
      .run({ ...feeds, ...weightFeeds(model.weights, weights) })
      .catch((thrown: unknown) => {
        throw misfit(modelPath, dataPath, thrown);
      });
    return Object.fromEntries(
      [...labels].map(([output, right]) => [output, share(outputs[output]!, right, output, dataPath)]),
    );
  };
  return {
    evaluate: async (weights) => {
      const found = [];
      for (const each of weights) found.push({ testAccuracy: await accuracy(each) });
      return found;
    },
    pairs: Math.max(0, ...[...labels.values()].map(({ length }) => length)),
    dispose: () => session.dispose(),
  };
};

const weightFeeds = (
  fed: readonly FedWeight[],
  weights: NamedWeights,
): Readonly<Record<string, NamedTensor>> =>
  Object.fromEntries(
    fed.map(({ tensor, feed, shape, dtype }) => {
      const values = weights.get(tensor)!;
      return [feed, { data: dtype === 'float64' ? values : Float32Array.from(values), dims: shape }];
    }),
  );

/** The model was accepted, so a failure is due to the data: arrays of other shapes than its inputs. */
const misfit = (modelPath: string, dataPath: string, thrown: unknown): GeometryError => {
  const cause = thrown instanceof GeometryError && thrown.cause instanceof Error ? thrown.cause : thrown;
  const [reason] = cause instanceof Error ? cause.message.split('\n') : [String(cause)];
  return new GeometryError(
    'invalid-argument',
    `${modelPath} cannot be run on the arrays of ${dataPath}: ${reason}`,
    { cause },
  );
};

const share = ({ data, dims }: NamedTensor, labels: Int32Array, output: string, dataPath: string): number => {
  const classes = dims.at(-1) ?? 0;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  if (!isFloat || data.length !== classes * labels.length) {
    throw new GeometryError(
      'invalid-argument',
      `The model's output ${output} is ${dims.join(' × ')}, which does not fit the ${labels.length} labels of ${dataPath}.`,
    );
  }
  if (labels.some((label) => label < 0 || label >= classes)) {
    throw new GeometryError('invalid-argument', `${dataPath}: a label is not one of ${classes} classes.`);
  }
  return countRight(data, labels, classes) / labels.length;
};
