import { basename } from 'node:path';
import type { ByteSource } from '../bytes/byteSource.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { bytesPerElement } from '../tensors/dtypes.js';
import type { FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, unsafe, unsupported } from '../bytes/fileErrors.js';
import { fortranReader } from '../tensors/fortranOrder.js';
import { NPY_MAGIC, readNpyHeader, type NpyHeader } from './npyHeader.js';
import { elementCount } from '../tensors/shape.js';
import { checkpointOf, denseTensor, opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';

const checkBytes = (file: string, name: string, wanted: number, found: number): void => {
  if (wanted > found) throw malformed(file, `the data of ${name} ends early (${found} bytes of ${wanted})`);
  if (wanted < found) throw malformed(file, `${found - wanted} bytes follow the data of ${name}`);
};

/**
 * The array of a `.npy` stream as a tensor called `name`.
 * @throws GeometryError `malformed-file` if the bytes are not exactly those of the shape.
 */
export const npyTensor = (
  source: ByteSource,
  file: string,
  name: string,
  header: NpyHeader,
): StoredTensor => {
  const { dtype, part, shape, bigEndian, dataStart } = header;
  const elements = elementCount(file, name, shape);
  if (part !== undefined && (!header.fortranOrder || shape.length < 2)) {
    const numbers = 2 * elements;
    checkBytes(file, name, numbers * bytesPerElement(part), source.size - dataStart);
    const info = { name, shape, dtype: `complex${16 * bytesPerElement(part)}`, elements: numbers } as const;
    return denseTensor({ ...info, readable: true, complex: true }, source, dataStart, part, bigEndian);
  }
  if (dtype === undefined)
    return opaqueTensor({ name, shape, dtype: header.descr, elements, readable: false });
  checkBytes(file, name, elements * bytesPerElement(dtype), source.size - dataStart);
  const computed = /V2$/.test(header.descr)
    ? { computed: `read as bfloat16 (NumPy's type is ${header.descr})` }
    : {};
  const info = { name, shape, dtype, elements, readable: true, ...computed };
  if (!header.fortranOrder || shape.length < 2) return denseTensor(info, source, dataStart, dtype, bigEndian);
  return { ...info, readElements: fortranReader({ source, dataStart, dtype, bigEndian, shape }) };
};

/**
 * One array in NumPy's format (numpy/lib/format.py, versions 1 to 3), named after its file.
 * @throws GeometryError `unsafe-file` for an object array, `unsupported-format` for types that are not numbers.
 */
export const readNpy = async (source: FileByteSource): Promise<Checkpoint> => {
  const name = basename(source.name).replace(/\.npy$/i, '');
  const header = await readNpyHeader(source, source.name, 'it');
  if (header.isObject) {
    throw unsafe(source.name, 'it is an object array (a pickle inside), which is not opened');
  }
  if (header.dtype === undefined && header.part === undefined) {
    throw unsupported(source.name, `its type ${header.descr} is not one of numbers`);
  }
  const tensors = [npyTensor(source, source.name, name, header)];
  return checkpointOf({ format: 'npy', files: [source.file], tensors, sources: [source] });
};

export const looksLikeNpy = (head: Uint8Array): boolean => NPY_MAGIC.every((byte, i) => head[i] === byte);
