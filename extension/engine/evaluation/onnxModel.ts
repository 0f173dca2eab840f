import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { GeometryError } from '../../contract/errors.js';
import type { TensorInfo } from '../checkpoints/tensors/checkpoint.js';
import { dropPrefixes } from '../checkpoints/tensors/tensorNames.js';
import { readBytes } from '../../disk/regularFile.js';
import { nodeProto, valueInfoProto } from '../onnx/modelProto.js';
import {
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  type GraphProto,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from '../onnx/onnx_pb.js';
import { withExternalValues } from './externalInitialisers.js';

/** A weight of the model that is fed instead of being an initialiser. */
export interface FedWeight {
  /** Its name in the checkpoint. */
  readonly tensor: string;
  /** Its graph input. */
  readonly feed: string;
  readonly shape: readonly number[];
  /** Element type of the input: float64 if the initialiser is float64, so that nothing is rounded. */
  readonly dtype: 'float32' | 'float64';
}

/** A user's model that takes its weights as inputs. */
export interface OpenedModel {
  readonly bytes: Uint8Array;
  readonly weights: readonly FedWeight[];
  /** The other inputs: name and ONNX element type. */
  readonly inputs: readonly { readonly name: string; readonly type: number }[];
  readonly outputs: readonly string[];
}

/** Protobuf cannot encode larger messages. */
const mostBytes = 2 ** 31 - 1;

const doubleType: number = DataType.DOUBLE;
const floatTypes: ReadonlySet<number> = new Set([
  DataType.FLOAT,
  DataType.DOUBLE,
  DataType.FLOAT16,
  DataType.BFLOAT16,
]);

const readModel = async (path: string): Promise<{ model: ModelProto; graph: GraphProto; bytes: number }> => {
  const bytes = await readBytes(path, mostBytes);
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph !== undefined) return { model, graph: model.graph, bytes: bytes.length };
  } catch (cause) {
    throw new GeometryError('malformed-file', `${path} is not an ONNX model.`, { cause });
  }
  throw new GeometryError('malformed-file', `${path} is not an ONNX model: it has no graph.`);
};

const shapeOf = ({ dims }: TensorProto): number[] => dims.map(Number);

const elementType = ({ type }: ValueInfoProto): number =>
  type?.value.case === 'tensorType' ? type.value.value.elemType : 0;

/**
 * A model from a file, changed so that every floating initialiser with the name and shape of a checkpoint's
 * tensor (without `module.` and similar prefixes) becomes an input. The others keep their values, including
 * those in external files.
 * @throws GeometryError `not-found`, `unreadable`, `too-large`, `malformed-file`, `invalid-argument` if no
 * initialiser has a tensor's name, or one with such a name has another shape; as {@link withExternalValues}.
 */
export const openModel = async (path: string, tensors: readonly TensorInfo[]): Promise<OpenedModel> => {
  const { model, graph, bytes } = await readModel(path);
  const wanted = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const bare = dropPrefixes(graph.initializer.map(({ name }) => name));
  const fed = new Map<TensorProto, FedWeight>();
  graph.initializer.forEach((initialiser, i) => {
    const tensor = wanted.get(initialiser.name) ?? wanted.get(bare[i]!);
    if (tensor === undefined || !floatTypes.has(initialiser.dataType)) return;
    const shape = shapeOf(initialiser);
    if (shape.join() !== tensor.shape.join()) {
      throw new GeometryError(
        'invalid-argument',
        `${path}: the initialiser ${initialiser.name} is ${shape.join(' × ')}, but the checkpoint's tensor of that name is ${tensor.shape.join(' × ')}.`,
      );
    }
    const dtype = initialiser.dataType === doubleType ? 'float64' : 'float32';
    fed.set(initialiser, { tensor: tensor.name, feed: `fed weights ${i}`, shape, dtype });
  });
  if (fed.size === 0) {
    throw new GeometryError(
      'invalid-argument',
      `${path}: no initialiser of the model is named like a tensor of the checkpoints (${[...wanted.keys()].slice(0, 3).join(', ')}, …).`,
    );
  }
  const held = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !held.has(name));
  const casts = [...fed].map(([{ name, dataType }, { feed }]) =>
    nodeProto({
      operator: 'Cast',
      name: `cast ${feed}`,
      inputs: [feed],
      outputs: [name],
      attributes: { to: { int: dataType } },
    }),
  );
  const kept = graph.initializer.filter((initialiser) => !fed.has(initialiser));
  const changed = create(ModelProtoSchema, {
    ...model,
    graph: {
      ...graph,
      node: [...casts, ...graph.node],
      initializer: await withExternalValues(path, kept, mostBytes - bytes),
      input: [
        ...inputs,
        ...[...fed.values()].map(({ feed, shape, dtype }) => valueInfoProto(feed, dtype, shape)),
      ],
    },
  });
  return {
    bytes: toBinary(ModelProtoSchema, changed),
    weights: [...fed.values()],
    inputs: inputs.map((input) => ({ name: input.name, type: elementType(input) })),
    outputs: graph.output.map(({ name }) => name),
  };
};
