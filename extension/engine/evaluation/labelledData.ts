import { GeometryError } from '../../contract/errors.js';
import type { Checkpoint } from '../checkpoints/tensors/checkpoint.js';
import { openNpz } from '../checkpoints/numpy/npz.js';
import { TensorProto_DataType as DataType } from '../onnx/onnx_pb.js';
import type { NamedTensor, TensorData } from '../runtime/session.js';
import type { OpenedModel } from './onnxModel.js';

/** The data that a user's model is evaluated on. */
export interface LabelledData {
  readonly feeds: Readonly<Record<string, NamedTensor>>;
  /** Output → correct class of every row of its logits. */
  readonly labels: ReadonlyMap<string, Int32Array>;
}

const converters: ReadonlyMap<number, (values: Float64Array) => TensorData> = new Map([
  [DataType.FLOAT, (values: Float64Array): TensorData => Float32Array.from(values)],
  [DataType.DOUBLE, (values: Float64Array): TensorData => values],
  [DataType.INT32, (values: Float64Array): TensorData => Int32Array.from(values)],
  [DataType.INT64, (values: Float64Array): TensorData => BigInt64Array.from(values, BigInt)],
  [DataType.UINT8, (values: Float64Array): TensorData => Uint8Array.from(values)],
]);

const LABELS = 'labels';

/**
 * The arrays of a `.npz` for a model: one under each input's name, and `labels` (`labels.<output>` for several
 * outputs) with the correct classes; outputs without labels are not evaluated.
 * @throws GeometryError `invalid-argument` naming a missing array or one with an unsupported type, and errors
 * of reading.
 */
export const readLabelledData = async (path: string, model: OpenedModel): Promise<LabelledData> => {
  const file = await openNpz(path);
  try {
    const feeds: Record<string, NamedTensor> = {};
    for (const { name, type } of model.inputs) {
      const convert = converters.get(type);
      if (convert === undefined) {
        throw new GeometryError(
          'invalid-argument',
          `The model's input ${name} is of an element type that cannot be fed (ONNX type ${type}).`,
        );
      }
      const { values, shape } = await arrayOf(file, path, name);
      feeds[name] = { data: convert(values), dims: shape };
    }
    const labels = new Map<string, Int32Array>();
    for (const output of model.outputs) {
      const name = model.outputs.length === 1 ? LABELS : `${LABELS}.${output}`;
      if (model.outputs.length > 1 && !file.tensors.some((tensor) => tensor.name === name)) continue;
      labels.set(output, Int32Array.from((await arrayOf(file, path, name)).values));
    }
    if (labels.size > 0) return { feeds, labels };
    throw new GeometryError(
      'invalid-argument',
      `${path} has no array ${model.outputs.map((output) => `${LABELS}.${output}`).join(' or ')}.`,
    );
  } finally {
    await file.close();
  }
};

const arrayOf = async (
  file: Checkpoint,
  path: string,
  name: string,
): Promise<{ values: Float64Array; shape: readonly number[] }> => {
  const found = file.tensors.find((tensor) => tensor.name === name);
  if (found !== undefined) return { values: await file.read(name, 0, found.elements), shape: found.shape };
  const there = file.tensors.map((tensor) => tensor.name).join(', ');
  throw new GeometryError('invalid-argument', `${path} has no array ${name}; it has ${there}.`);
};
