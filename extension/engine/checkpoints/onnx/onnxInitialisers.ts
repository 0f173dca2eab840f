import { GeometryError } from '../../../contract/errors.js';
import { ByteCursor } from '../bytes/byteCursor.js';
import { blockTensor } from '../tensors/blockTensor.js';
import { unread, type Checkpoint, type TensorInfo } from '../tensors/checkpoint.js';
import { bytesPerElement } from '../tensors/dtypes.js';
import type { FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote } from '../bytes/fileErrors.js';
import { halfByteBytes, halfByteDecoder } from '../tensors/halfBytes.js';
import { dequantiseNodes } from './onnxCodes.js';
import { externalFilesOf, type ExternalFiles } from './onnxExternalData.js';
import { isFixedWidth, listReader } from './onnxListData.js';
import { graphTensors, type FoundTensor } from './onnxGraph.js';
import { MOST_AXES, readTensorProto, type TensorProto } from './onnxTensorProto.js';
import { eachField, varintsOf } from './protobufFields.js';
import { elementCount } from '../tensors/shape.js';
import { checkpointOf, denseTensor, opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';

const SPARSE_VALUES = 1;
const SPARSE_DIMENSIONS = 3;

/** A sparse tensor is listed by the name of its values; they stay unread. */
const readSparse = async (file: string, cursor: ByteCursor, found: FoundTensor): Promise<StoredTensor> => {
  let values: TensorProto | undefined;
  const shape: number[] = [];
  cursor.position = found.message.start;
  await eachField(file, cursor, found.message.end, async (field) => {
    if (field.number === SPARSE_VALUES) values = await readTensorProto(file, cursor, field, found.name);
    if (field.number === SPARSE_DIMENSIONS)
      shape.push(...(await varintsOf(file, cursor, field)).slice(0, MOST_AXES + 1).map(Number));
  });
  if (values === undefined) throw malformed(file, 'a sparse initialiser has no values');
  const { name, type } = values;
  const size = shape.length > 0 ? shape : values.shape;
  const elements = elementCount(file, name, size);
  const unmeasured = unread('sparse tensors are not read');
  return opaqueTensor({
    name,
    shape: size,
    dtype: `sparse ${type.name}`,
    elements,
    readable: false,
    unmeasured,
  });
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

/** Types of four bits, and those that are listed only. */
const withoutWidth = async (
  source: FileByteSource,
  externalFiles: ExternalFiles,
  { name, shape, type, raw, ...tensor }: TensorProto,
  elements: number,
): Promise<StoredTensor> => {
  const { half } = type;
  const listed = { name, shape, dtype: half ?? type.name, elements };
  if (half === undefined || (raw === undefined && !tensor.isExternal))
    return opaqueTensor({ ...listed, readable: false });
  const bytes = halfByteBytes(elements);
  if (raw !== undefined && !tensor.isExternal && raw.end - raw.start !== bytes) {
    throw malformed(
      source.name,
      `tensor ${quote(name)} has ${raw.end - raw.start} bytes, but its shape needs ${bytes}`,
    );
  }
  const place = tensor.isExternal
    ? await externalFiles.locate({ name, shape, type, raw, ...tensor }, bytes)
    : { source, offset: raw!.start };
  return blockTensor({ ...listed, readable: true }, place.source, place.offset, halfByteDecoder(half));
};

const toTensor = async (
  source: FileByteSource,
  externalFiles: ExternalFiles,
  tensor: TensorProto,
): Promise<StoredTensor> => {
  const { name, shape, type } = tensor;
  const elements = elementCount(source.name, name, shape);
  const { dtype } = type;
  if (dtype === undefined) return withoutWidth(source, externalFiles, tensor, elements);
  const info = { name, shape, dtype, elements, readable: true };
  const bytes = elements * bytesPerElement(dtype);
  if (!tensor.isExternal) return inFile(source, tensor, info, bytes);
  const place = await externalFiles.locate(tensor, bytes);
  return denseTensor(info, place.source, place.offset, dtype);
};

/** Constants of a model that are weights or used in them; exporters write every shape and index as one as well. */
const isWorthListing = (
  { elements, dtype }: TensorInfo,
  usedNames: ReadonlySet<string>,
  name: string,
): boolean => usedNames.has(name) || (elements > 1 && /^(?:b?float|sparse)/i.test(dtype));

/** A name that no other tensor has: branches of one model may use a name twice. */
const distinctName = (
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  scope: readonly string[],
): string => {
  if (!tensors.has(name)) return name;
  const scoped = [...scope, name].join('/');
  let candidate = scoped;
  for (let i = 2; tensors.has(candidate); i++) candidate = `${scoped} (${i})`;
  return candidate;
};

const collect = async (source: FileByteSource, externalFiles: ExternalFiles): Promise<Checkpoint> => {
  const file = source.name;
  const cursor = new ByteCursor(source);
  const { initialisers, constants, codeNodes } = await graphTensors(file, cursor);
  const usedNames = new Set(codeNodes.flatMap(({ inputs }) => inputs));
  const tensors = new Map<string, StoredTensor>();
  const read = async (found: FoundTensor): Promise<StoredTensor> =>
    found.isSparse
      ? readSparse(file, cursor, found)
      : toTensor(source, externalFiles, await readTensorProto(file, cursor, found.message, found.name));
  for (const found of initialisers) {
    const tensor = await read(found);
    if (tensors.has(tensor.name) && found.scope.length === 0)
      throw malformed(file, `there are two initialisers ${quote(tensor.name)}`);
    const name = distinctName(tensors, tensor.name, found.scope);
    tensors.set(name, { ...tensor, name });
  }
  for (const found of constants) {
    const tensor = await read(found);
    if (!isWorthListing(tensor, usedNames, tensor.name)) continue;
    const name = distinctName(tensors, tensor.name, found.scope);
    tensors.set(name, { ...tensor, name });
  }
  dequantiseNodes(tensors, codeNodes);
  if (tensors.size === 0) {
    throw new GeometryError(
      'not-a-checkpoint',
      `${file}: the ONNX model has no weights: neither initialisers nor constants of floating point.`,
    );
  }
  const sources = [source, ...externalFiles.opened()];
  return checkpointOf({
    format: 'onnx',
    files: sources.map((opened) => opened.file),
    tensors: [...tensors.values()],
    sources,
  });
};

/**
 * The weights of an ONNX model: initialisers and constants of its graph, of the graphs inside control flow and of its
 * functions; raw, in typed lists, or in external files. Codes that a node multiplies by scales are dequantised. The
 * protobuf is walked over the file, so that a model of any size is never read whole.
 * @throws GeometryError `malformed-file`; `unsafe-file` for external data outside the folder; `not-found` for missing
 * external data; `not-a-checkpoint` without weights.
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

/** First bytes that ModelProto's other fields can have: producer to graph, operator sets, metadata. */
const secondTags: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]);

/** Protobuf has no signature: a model begins with its small version number, field 1, and goes on with a known field. */
export const looksLikeOnnx = (head: Uint8Array): boolean =>
  head[0] === 0x08 && head[1]! > 0 && head[1]! < 0x40 && secondTags.has(head[2] ?? 0);
