import { GeometryError } from '../../../contract/errors.js';
import { ByteCursor } from '../bytes/byteCursor.js';
import type { Checkpoint, TensorInfo } from '../tensors/checkpoint.js';
import { bytesPerElement } from '../tensors/dtypes.js';
import { openFile, type FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import { externalFilesOf, type ExternalFiles } from './onnxExternalData.js';
import { isFixedWidth, listReader } from './onnxListData.js';
import { readTensorProto, type Span, type TensorProto } from './onnxTensorProto.js';
import { eachField, type ProtobufField } from './protobufFields.js';
import { elementCount } from '../tensors/shape.js';
import {
  checkpointOf,
  denseTensor,
  opaqueTensor,
  withSource,
  type StoredTensor,
} from '../tensors/storedTensors.js';

const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const GRAPH_SPARSE_INITIALIZER = 15;
const SPARSE_VALUES = 1;
const MOST_TENSORS = 1_000_000;

interface Found {
  readonly message: Span;
  readonly isSparse: boolean;
}

/** Where the initialisers lie; the nodes between them are stepped over. */
const findInitialisers = async (file: string, cursor: ByteCursor): Promise<Found[]> => {
  const found: Found[] = [];
  let graphs = 0;
  const inGraph = (field: ProtobufField): undefined => {
    const isSparse = field.number === GRAPH_SPARSE_INITIALIZER;
    if (field.number !== GRAPH_INITIALIZER && !isSparse) return;
    if (!field.isDelimited) throw malformed(file, `the initialiser at byte ${field.start} is not a message`);
    if (found.length === MOST_TENSORS) throw tooLarge(file, `it has more than ${MOST_TENSORS} initialisers`);
    found.push({ message: field, isSparse });
  };
  await eachField(file, cursor, cursor.position + cursor.remaining, (field) => {
    if (field.number !== MODEL_GRAPH || !field.isDelimited) return undefined;
    graphs++;
    return eachField(file, cursor, field.end, inGraph);
  });
  if (graphs === 0) throw malformed(file, 'not an ONNX model, there is no graph');
  return found;
};

/** A sparse initialiser is listed by the name of its values; they stay unread. */
const readSparse = async (file: string, cursor: ByteCursor, message: Span): Promise<StoredTensor> => {
  let values: TensorProto | undefined;
  cursor.position = message.start;
  await eachField(file, cursor, message.end, async (field) => {
    if (field.number === SPARSE_VALUES) values = await readTensorProto(file, cursor, field);
  });
  if (values === undefined) throw malformed(file, 'a sparse initialiser has no values');
  const { name, shape, type } = values;
  const elements = elementCount(file, name, shape);
  return opaqueTensor({ name, shape, dtype: `sparse ${type.name}`, elements, readable: false });
};

const inFile = (
  source: FileByteSource,
  tensor: TensorProto,
  info: TensorInfo,
  bytes: number,
): StoredTensor => {
  const { type, raw, list, listParts, listBytes } = tensor;
  const { dtype, listField } = type;
  const refuse = (found: number) =>
    malformed(source.name, `tensor ${quote(info.name)} has ${found} bytes, but its shape needs ${bytes}`);
  if (dtype === undefined || listField === undefined) return opaqueTensor({ ...info, readable: false });
  if (raw !== undefined) {
    if (raw.end - raw.start !== bytes) throw refuse(raw.end - raw.start);
    return denseTensor(info, source, raw.start, dtype);
  }
  const fixed = isFixedWidth(listField);
  if (fixed ? listBytes !== bytes : listBytes < info.elements || listBytes > 10 * info.elements)
    throw refuse(listBytes);
  if (list === undefined || (fixed && listParts === 1))
    return denseTensor(info, source, list?.start ?? 0, dtype);
  let read: ReturnType<typeof listReader> | undefined;
  return {
    ...info,
    readElements: (start, length, into) =>
      (read ??= listReader(source, tensor, listField, dtype))(start, length, into),
  };
};

const toTensor = async (
  source: FileByteSource,
  externalFiles: ExternalFiles,
  tensor: TensorProto,
): Promise<StoredTensor> => {
  const { name, shape, type } = tensor;
  const elements = elementCount(source.name, name, shape);
  const { dtype } = type;
  if (dtype === undefined) return opaqueTensor({ name, shape, dtype: type.name, elements, readable: false });
  const info = { name, shape, dtype, elements, readable: true };
  const bytes = elements * bytesPerElement(dtype);
  if (!tensor.isExternal) return inFile(source, tensor, info, bytes);
  const place = await externalFiles.locate(tensor, bytes);
  return denseTensor(info, place.source, place.offset, dtype);
};

const collect = async (source: FileByteSource, externalFiles: ExternalFiles): Promise<Checkpoint> => {
  const file = source.name;
  const cursor = new ByteCursor(source);
  const found = await findInitialisers(file, cursor);
  const tensors = new Map<string, StoredTensor>();
  for (const { message, isSparse } of found) {
    const tensor = isSparse
      ? await readSparse(file, cursor, message)
      : await toTensor(source, externalFiles, await readTensorProto(file, cursor, message));
    if (tensors.has(tensor.name)) throw malformed(file, `there are two initialisers ${quote(tensor.name)}`);
    tensors.set(tensor.name, tensor);
  }
  if (tensors.size === 0)
    throw new GeometryError('not-a-checkpoint', `${file}: the ONNX model has no initialisers.`);
  const sources = [source, ...externalFiles.opened()];
  return checkpointOf({
    format: 'onnx',
    files: sources.map((opened) => opened.file),
    tensors: [...tensors.values()],
    sources,
  });
};

/**
 * The initialisers of an ONNX model's main graph: raw, in typed lists, or in external files. The protobuf is walked
 * over the file, so that a model of any size is never read whole. Weights inside `Constant` nodes and in the bodies
 * of control flow are not initialisers and are not listed.
 * @throws GeometryError `malformed-file`; `unsafe-file` for external data outside the folder; `not-found` for missing
 * external data; `not-a-checkpoint` without initialisers.
 */
export const readOnnxInitialisers = async (source: FileByteSource): Promise<Checkpoint> => {
  const externalFiles = externalFilesOf(source.name);
  try {
    return await collect(source, externalFiles);
  } catch (thrown) {
    await externalFiles.close();
    throw thrown;
  }
};

export const openOnnx = async (path: string): Promise<Checkpoint> =>
  withSource(await openFile(path), readOnnxInitialisers);

/** First bytes that ModelProto's other fields can have: producer to graph, operator sets, metadata. */
const secondTags: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]);

/** Protobuf has no signature: a model begins with its small version number, field 1, and goes on with a known field. */
export const looksLikeOnnx = (head: Uint8Array): boolean =>
  head[0] === 0x08 && head[1]! > 0 && head[1]! < 0x40 && secondTags.has(head[2] ?? 0);
