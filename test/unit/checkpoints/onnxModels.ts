import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type TensorProtoSchema,
} from '../../../extension/engine/onnx/onnx_pb.js';

export type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
export { TensorProto_DataType as DataType };

/** A model with a node between its header and its initialisers, as exporters write it. */
export const onnxModel = (initializer: TensorInit[]): Buffer =>
  Buffer.from(
    toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: 'test',
        opsetImport: [{ domain: '', version: 18n }],
        graph: { name: 'g', node: [{ opType: 'Identity', input: ['a'], output: ['b'] }], initializer },
      }),
    ),
  );

/** A tensor whose values are in another file. */
export const externalTensor = (
  name: string,
  dims: bigint[],
  entries: Record<string, string>,
): TensorInit => ({
  name,
  dims,
  dataType: TensorProto_DataType.FLOAT,
  dataLocation: TensorProto_DataLocation.EXTERNAL,
  externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
});
