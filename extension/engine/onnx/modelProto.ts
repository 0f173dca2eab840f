import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  TensorProto_DataType as DataType,
  ValueInfoProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx_pb.js';

/** An attribute of an ONNX node, by the kind of its value. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string }
  | { readonly graph: GraphProto };

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;
export type OnnxDType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool';

const dataTypes: Readonly<Record<OnnxDType, DataType>> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  int32: DataType.INT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
};
export const onnxDataType = (dtype: OnnxDType): number => dataTypes[dtype];

const attributeProto = (name: string, value: OnnxAttribute) => {
  if ('int' in value) return { name, type: AttributeType.INT, i: BigInt(value.int) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if ('ints' in value) return { name, type: AttributeType.INTS, ints: value.ints.map(BigInt) };
  if ('text' in value) return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.text) };
  return { name, type: AttributeType.GRAPH, g: value.graph };
};

export interface OnnxNode {
  readonly operator: string;
  readonly domain?: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: OnnxAttributes;
}

export const nodeProto = (node: OnnxNode): NodeProto =>
  create(NodeProtoSchema, {
    opType: node.operator,
    domain: node.domain ?? '',
    name: node.name,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attributeProto(name, value)),
  });

const littleEndian: Readonly<Record<OnnxDType, (values: readonly number[]) => ArrayBufferView>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, BigInt),
  bool: (values) => Uint8Array.from(values),
};

/** A constant tensor, its values in the machine's byte order, which is little-endian wherever onnxruntime runs. */
export const tensorProto = (
  name: string,
  dtype: OnnxDType,
  shape: readonly number[],
  values: readonly number[],
): TensorProto => {
  const { buffer, byteOffset, byteLength } = littleEndian[dtype](values);
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypes[dtype],
    dims: shape.map(BigInt),
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  });
};

/** A side may be a name: a size that is known only when the graph runs. */
export const valueInfoProto = (
  name: string,
  dtype: OnnxDType,
  shape: readonly (number | string)[],
): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: dataTypes[dtype],
          shape: {
            dim: shape.map((side) =>
              typeof side === 'number'
                ? { value: { case: 'dimValue' as const, value: BigInt(side) } }
                : { value: { case: 'dimParam' as const, value: side } },
            ),
          },
        },
      },
    },
  });

export const graphProto = (graph: MessageInitShape<typeof GraphProtoSchema>): GraphProto =>
  create(GraphProtoSchema, graph);

/** Axes and sizes of ReduceSum, ReduceMean and Split are inputs from this version on. */
const OPSET = 18n;
const IR_VERSION = 8n;

/** A whole model as ONNX bytes. */
export const modelBytes = (graph: GraphProto): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'weight-geometry',
      opsetImport: [
        { domain: '', version: OPSET },
        { domain: 'com.microsoft', version: 1n },
      ],
      graph,
    }),
  );
