import { create, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataType,
  ValueInfoProtoSchema,
  type ValueInfoProto,
} from '../onnx/onnx_pb.js';

const matrixOf = (name: string): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: TensorProto_DataType.FLOAT,
          shape: {
            dim: ['rows', 'columns'].map((side) => ({ value: { case: 'dimParam' as const, value: side } })),
          },
        },
      },
    },
  });

/** The smallest model that makes a provider do something: `c` = `a` × `b`, matrices of float32. */
export const probeModel = (): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 18n }],
      graph: {
        name: 'probe',
        node: [{ opType: 'MatMul', input: ['a', 'b'], output: ['c'] }],
        input: [matrixOf('a'), matrixOf('b')],
        output: [matrixOf('c')],
      },
    }),
  );
