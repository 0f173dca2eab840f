import { create } from '@bufbuild/protobuf';
import { GeometryError } from '../../contract/errors.js';
import { externalFilesOf } from '../checkpoints/onnx/onnxExternalData.js';
import {
  TensorProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
} from '../onnx/onnx_pb.js';

const bytesPerElement: ReadonlyMap<number, number> = new Map([
  [DataType.FLOAT, 4],
  [DataType.UINT8, 1],
  [DataType.INT8, 1],
  [DataType.UINT16, 2],
  [DataType.INT16, 2],
  [DataType.INT32, 4],
  [DataType.INT64, 8],
  [DataType.BOOL, 1],
  [DataType.FLOAT16, 2],
  [DataType.DOUBLE, 8],
  [DataType.UINT32, 4],
  [DataType.UINT64, 8],
  [DataType.BFLOAT16, 2],
]);

const isExternal = ({ dataLocation }: TensorProto): boolean => dataLocation === DataLocation.EXTERNAL;

/**
 * Bytes of a tensor's values.
 * @throws GeometryError `unsupported-format` for elements of fractional bytes.
 */
const sizeOf = (path: string, { name, dataType, dims }: TensorProto): number => {
  const width = bytesPerElement.get(dataType);
  if (width !== undefined) return dims.reduce((product, side) => product * Number(side), width);
  throw new GeometryError(
    'unsupported-format',
    `${path}: the initialiser ${name} lies in another file, in an element type that is not read from there (ONNX type ${dataType}).`,
  );
};

/**
 * The initialisers, with the values that the model's file stores in external files: onnxruntime gets the model
 * as bytes and cannot find these.
 * @param most bytes that may be added to the model.
 * @throws GeometryError `too-large`, `not-found`, `unsafe-file`, `malformed-file`, `unreadable`,
 * `unsupported-format`.
 */
export const withExternalValues = async (
  path: string,
  initialisers: readonly TensorProto[],
  most: number,
): Promise<TensorProto[]> => {
  const added = initialisers.filter(isExternal).reduce((sum, tensor) => sum + sizeOf(path, tensor), 0);
  if (added > most) {
    throw new GeometryError('too-large', `${path} and the files with its initialisers are larger than 2 GB.`);
  }
  const files = externalFilesOf(path);
  const valuesOf = async (tensor: TensorProto): Promise<TensorProto> => {
    const bytes = sizeOf(path, tensor);
    const { source, offset } = await files.locate(
      {
        name: tensor.name,
        external: new Map(tensor.externalData.map(({ key, value }) => [key, value])),
        shape: tensor.dims.map(Number),
        type: { name: String(tensor.dataType) },
        message: { start: 0, end: 0 },
        ...{ raw: undefined, list: undefined, listParts: 0, listBytes: 0, isExternal: true },
      },
      bytes,
    );
    const rawData = new Uint8Array(bytes);
    await source.readInto(offset, rawData);
    const { name, dataType, dims } = tensor;
    return create(TensorProtoSchema, { name, dataType, dims, rawData });
  };
  try {
    const whole: TensorProto[] = [];
    for (const tensor of initialisers) whole.push(isExternal(tensor) ? await valuesOf(tensor) : tensor);
    return whole;
  } finally {
    await files.close();
  }
};
