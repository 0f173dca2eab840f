import type { ByteSource } from '../bytes/byteSource.js';
import { malformed, quote } from '../bytes/fileErrors.js';
import { unread, type NumericDtype } from '../tensors/checkpoint.js';
import { bytesPerElement, isNumericDtype } from '../tensors/dtypes.js';
import { joinedTensor, type TensorPart } from '../tensors/joinedTensor.js';
import { elementCount } from '../tensors/shape.js';
import { denseTensor, opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';
import { MsgpackReader, type ExtendedValue, type MsgpackValue } from './msgpackValues.js';

/** Flax's own types of values (flax/serialization.py): an array; a complex number; a number of NumPy. */
const ARRAY = 1;
const NUMPY_NUMBER = 3;
/** Arrays past a gibibyte are maps of parts, which are named by their numbers. */
const CHUNKED = '__msgpack_chunked_array__';

const LONGEST_TYPE_NAME = 64;

/** What the parts of complex numbers are. */
const complexParts: Readonly<Record<string, NumericDtype>> = { complex64: 'float32', complex128: 'float64' };

type Entries = readonly (readonly [string, MsgpackValue])[];

/** Makes tensors of a Flax file's values. */
export class FlaxArrays {
  constructor(
    private readonly source: ByteSource,
    /** The file, for messages. */
    private readonly file: string,
  ) {}

  /** The tensor of a value, if it is one. @throws GeometryError `malformed-file`. */
  async tensorOf(name: string, value: MsgpackValue): Promise<StoredTensor | undefined> {
    if (value.kind === 'map') {
      const isChunked = value.entries.some(([key]) => key === CHUNKED);
      return isChunked ? this.chunked(name, value.entries) : undefined;
    }
    const isArray = value.kind === 'extended' && (value.type === ARRAY || value.type === NUMPY_NUMBER);
    return isArray ? this.array(name, value) : undefined;
  }

  /** Shape, NumPy's name of the type, and the bytes: a value of msgpack inside an extended one. */
  private async array(name: string, { at, length }: ExtendedValue): Promise<StoredTensor> {
    const fail = (reason: string) => malformed(this.file, `the array ${quote(name)} ${reason}`);
    const parts = await new MsgpackReader(this.source, this.file, at, at + length).whole();
    const [sizes, type, bytes] = parts.kind === 'array' ? parts.items : [];
    if (sizes?.kind !== 'array') throw fail('has no shape');
    if (type?.kind !== 'text' && type?.kind !== 'bytes') throw fail('has no type');
    if (bytes?.kind !== 'bytes' && bytes?.kind !== 'text') throw fail('has no bytes');
    if (type.length > LONGEST_TYPE_NAME) throw fail('has a type with a name too long');
    const shape = sizes.items.map((size) => (size.kind === 'number' ? size.value : -1));
    const typeName = Buffer.from(await this.source.read(type.at, type.length)).toString('latin1');
    const elements = elementCount(this.file, name, shape);
    const part = complexParts[typeName];
    const dtype = part ?? (isNumericDtype(typeName) ? typeName : undefined);
    const info = { name, shape, elements, dtype: typeName };
    if (dtype === undefined) {
      const unmeasured = unread('values of this type are not read');
      return opaqueTensor({ ...info, dtype: quote(typeName).slice(1, -1), readable: false, unmeasured });
    }
    const numbers = part === undefined ? elements : 2 * elements;
    const wanted = numbers * bytesPerElement(dtype);
    if (wanted !== bytes.length) throw fail(`has ${bytes.length} bytes; its shape and type want ${wanted}`);
    const complex = part === undefined ? {} : { complex: true as const };
    return denseTensor(
      { ...info, elements: numbers, readable: true, ...complex },
      this.source,
      bytes.at,
      dtype,
    );
  }

  private async chunked(name: string, entries: Entries): Promise<StoredTensor> {
    const fail = (reason: string) => malformed(this.file, `the parts of the array ${quote(name)} ${reason}`);
    const numbered = (key: string): MsgpackValue[] => {
      const held = entries.find(([own]) => own === key)?.[1];
      if (held?.kind !== 'map') throw fail(`have no ${quote(key)}`);
      const byName = new Map(held.entries);
      return held.entries.map((_, i) => {
        const one = byName.get(String(i));
        if (one === undefined) throw fail(`lack number ${i} of ${quote(key)}`);
        return one;
      });
    };
    const shape = numbered('shape').map((size) => (size.kind === 'number' ? size.value : -1));
    const elements = elementCount(this.file, name, shape);
    const chunks: StoredTensor[] = [];
    for (const chunk of numbered('chunks')) {
      const tensor = await this.tensorOf(name, chunk);
      if (tensor === undefined) throw fail('are no arrays');
      chunks.push(tensor);
    }
    const [first] = chunks;
    if (first === undefined) throw fail('are none');
    const { dtype, readable, complex } = first;
    if (chunks.some((chunk) => chunk.dtype !== dtype)) throw fail('have different types');
    const numbers = complex === true ? 2 * elements : elements;
    const held = chunks.reduce((sum, chunk) => sum + chunk.elements, 0);
    if (held !== numbers) throw fail(`hold ${held} numbers; the shape wants ${numbers}`);
    const info = { name, shape, dtype, elements: numbers, readable };
    if (!readable) return opaqueTensor({ ...info, unmeasured: unread('values of this type are not read') });
    let offset = 0;
    const parts = chunks.map((chunk): TensorPart => {
      const box = { offsets: [offset], sizes: [chunk.elements] };
      offset += chunk.elements;
      return { ...box, read: (...range) => chunk.readElements(...range) };
    });
    const flat = joinedTensor({ ...info, shape: [numbers] }, parts);
    return { ...flat, ...info, ...(complex === true ? { complex } : {}) };
  }
}
