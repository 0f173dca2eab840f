import type { Warning } from '../../../contract/report.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { unread, type NumericDtype, type TensorInfo } from '../tensors/checkpoint.js';
import { applyScales, axisGrid, scaleGrid, type Scales } from '../tensors/scaledValues.js';
import { isNumericDtype } from '../tensors/dtypes.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import { elementWidth } from './pickle/torchCalls.js';
import {
  NumpyArray,
  type QuantisedCodes,
  type StorageReference,
  type TensorReference,
} from './pickle/values.js';
import { elementCount } from '../tensors/shape.js';
import { sparseLayouts, sparseTensor } from '../tensors/sparseTensor.js';
import { opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';
import { reachOf, stridedTensor } from '../tensors/stridedTensor.js';
import { dropPrefixes } from '../tensors/tensorNames.js';

/** The bytes of a storage, wherever the file keeps them. */
export interface StorageBytes {
  readonly source: ByteSource;
  readonly bigEndian: boolean;
}
/** @throws GeometryError `malformed-file` where the file has no such storage. */
export type FindStorage = (key: string) => StorageBytes;

/** `expand` makes many elements of few; beyond this a file is asking for work, not for weights. */
const MOST_REPEATED_ELEMENTS = 1 << 26;

const arrayBytes = (array: NumpyArray): StorageBytes => ({
  bigEndian: array.dtype?.bigEndian ?? false,
  source: {
    name: 'a NumPy array',
    size: array.bytes.length,
    read: (offset, length) => Promise.resolve(array.bytes.subarray(offset, offset + length)),
    close: () => Promise.resolve(),
  },
});

/** Where the view's first element lies in the storage's bytes, once everything about it has been checked. */
const locate = (
  file: string,
  name: string,
  view: TensorReference,
  bytes: StorageBytes,
  elements: number,
): number => {
  const fail = (reason: string): never => {
    throw malformed(file, `tensor ${quote(name)} ${reason}`);
  };
  const storage = view.storage!;
  const width = elementWidth(view.dtype);
  const reach = reachOf(view);
  const isArray = storage instanceof NumpyArray;
  const storageWidth = isArray ? width : elementWidth(storage.dtype);
  const start = isArray ? 0 : storage.start * storageWidth;
  const size = isArray ? bytes.source.size : storage.elements * storageWidth;
  if (!(start + size <= bytes.source.size)) {
    fail(`has a storage of ${start + size} bytes of which the file holds ${bytes.source.size}`);
  }
  if (!Number.isSafeInteger(reach) || !((view.offset + reach) * width <= size)) {
    fail('reaches beyond the end of its storage');
  }
  if (elements > reach && elements > MOST_REPEATED_ELEMENTS) {
    throw tooLarge(file, `tensor ${quote(name)} repeats ${reach} stored elements ${elements} times over`);
  }
  return start + view.offset * width;
};

/** Names of tensors that share elements: tied weights, or views of one another. */
const overlapping = (views: ReadonlyMap<string, TensorReference>): string[][] => {
  const byKey = new Map<string, { name: string; from: number; to: number }[]>();
  for (const [name, view] of views) {
    const { storage } = view;
    if (storage === undefined || storage instanceof NumpyArray) continue;
    const from = storage.start + view.offset;
    const range = { name, from, to: from + reachOf(view) };
    const ranges = byKey.get(storage.key);
    if (ranges === undefined) byKey.set(storage.key, [range]);
    else ranges.push(range);
  }
  const groups: string[][] = [];
  for (const ranges of byKey.values()) {
    ranges.sort((a, b) => a.from - b.from);
    let group: string[] = [];
    let end = -1;
    for (const { name, from, to } of ranges) {
      if (from < end) group.push(name);
      else group = [name];
      if (group.length === 2) groups.push(group);
      end = Math.max(end, to);
    }
  }
  return groups;
};

const sharingWarnings = (file: string, views: ReadonlyMap<string, TensorReference>): Warning[] => {
  const groups = overlapping(views);
  if (groups.length === 0) return [];
  const list = groups
    .slice(0, 3)
    .map((group) => group.slice(0, 4).map(quote).join(', ') + (group.length > 4 ? ' and more' : ''))
    .join('; ');
  const more = groups.length > 3 ? ` (and ${groups.length - 3} more groups)` : '';
  return [
    { code: 'shared-storage', message: `${file}: tensors share stored values: ${list}${more}.`, path: file },
  ];
};

/** What the parts of complex numbers are. Conjugation changes no singular value, negation neither. */
const complexParts: Readonly<Record<string, NumericDtype>> = { complex64: 'float32', complex128: 'float64' };

/** Types that codes of quantised tensors are stored as. */
const codeTypes: Readonly<Record<string, NumericDtype>> = { qint8: 'int8', quint8: 'uint8', qint32: 'int32' };

const negated = (tensor: StoredTensor): StoredTensor => ({
  ...tensor,
  async readElements(start, length, into) {
    await tensor.readElements(start, length, into);
    for (let i = 0; i < length; i++) into[i] = -into[i]!;
  },
});

/** (code − zero)·scale (torch.ao.quantization), with scales for the whole tensor or along one axis. */
const quantisedTensor = (
  codes: StoredTensor,
  { scales, zeros, axis }: QuantisedCodes,
  open: (part: TensorReference) => StoredTensor,
): StoredTensor => {
  const grid = axis === undefined ? scaleGrid(codes.shape, []) : axisGrid(codes.shape, axis);
  const parts = [scales, zeros].map((part) => (typeof part === 'number' ? part : open(part)));
  const expected = axis === undefined ? 1 : codes.shape[axis];
  const fits = parts.every(
    (part) => typeof part === 'number' || (part.readable && part.elements === expected),
  );
  if (grid === undefined || !fits) {
    const unmeasured = unread('its scales are not understood');
    return opaqueTensor({ ...codes, readable: false, unmeasured });
  }
  const load = async (part: number | StoredTensor): Promise<Float64Array> => {
    if (typeof part === 'number') return new Float64Array(expected ?? 1).fill(part);
    const values = new Float64Array(part.elements);
    await part.readElements(0, part.elements, values);
    return values;
  };
  let loaded: Promise<Scales> | undefined;
  const computed = `dequantised from ${codes.dtype} with ${axis === undefined ? 'one scale' : `a scale for each index of axis ${axis}`}`;
  return {
    ...codes,
    computed,
    async readElements(start, length, into) {
      // PyTorch multiplies in float32, by the scale rounded to it.
      loaded ??= Promise.all(parts.map(load)).then(([first, second]) => ({
        scales: first!.map(Math.fround),
        zeros: second!,
      }));
      await codes.readElements(start, length, into);
      applyScales(grid, await loaded, into, start, length);
    },
  };
};

/**
 * Tensors over the storages of a file: every view is checked against the bytes that are there.
 * @throws GeometryError `malformed-file`, `too-large`.
 */
export const tensorsOf = (
  file: string,
  views: ReadonlyMap<string, TensorReference>,
  findStorage: FindStorage,
): { readonly tensors: readonly StoredTensor[]; readonly warnings: readonly Warning[] } => {
  const names = dropPrefixes([...views.keys()]);
  const storages = new Map<StorageReference | NumpyArray, StorageBytes>();
  const find = (storage: StorageReference | NumpyArray): StorageBytes => {
    const found =
      storages.get(storage) ??
      (storage instanceof NumpyArray ? arrayBytes(storage) : findStorage(storage.key));
    storages.set(storage, found);
    return found;
  };
  const named = new Map([...views.values()].map((view, i) => [names[i]!, view]));
  const tensorOf = (name: string, view: TensorReference): StoredTensor => {
    const { shape, dtype, reason } = view;
    const elements = elementCount(file, name, shape);
    const unmeasured = reason === undefined ? {} : { unmeasured: unread(reason) };
    const shard = view.shard === undefined ? {} : { shard: view.shard };
    const info: TensorInfo = { name, shape, dtype, elements, readable: false, ...unmeasured, ...shard };
    const layout = sparseLayouts.find((own) => own === view.sparse?.layout);
    if (view.sparse !== undefined && layout !== undefined) {
      const filled: TensorInfo = { name, shape, dtype, elements, readable: false, ...shard };
      const open = (part: TensorReference): StoredTensor => tensorOf(name, part);
      const values = open(view.sparse.values);
      const isComplex = values.complex === true;
      const whole = isComplex ? { ...filled, elements: 2 * elements, complex: true as const } : filled;
      return sparseTensor(file, whole, { layout, values, indices: view.sparse.indices.map(open) });
    }
    if (view.storage === undefined) return opaqueTensor(info);
    // NumPy's strings and objects have no width here; they are listed only.
    if (view.storage instanceof NumpyArray && !isNumericDtype(dtype)) return opaqueTensor(info);
    const bytes = find(view.storage);
    const offset = locate(file, name, view, bytes, elements);
    const part = complexParts[dtype];
    if (part !== undefined) {
      const whole = { ...info, elements: 2 * elements, readable: true, complex: true } as const;
      const strides = [...view.strides.map((stride) => 2 * stride), 1];
      const layout = { shape: [...shape, 2], strides };
      return stridedTensor(whole, bytes.source, offset, layout, part, bytes.bigEndian);
    }
    const { quantised } = view;
    const stored = quantised === undefined ? dtype : codeTypes[dtype];
    if (stored === undefined || !isNumericDtype(stored)) return opaqueTensor(info);
    const readable = { ...info, readable: true };
    const plain = stridedTensor(readable, bytes.source, offset, view, stored, bytes.bigEndian);
    if (quantised !== undefined)
      return quantisedTensor(plain, quantised, (part) => tensorOf(`${name} scales`, part));
    return view.negative === true ? negated(plain) : plain;
  };
  const tensors = [...named].map(([name, view]) => tensorOf(name, view));
  return { tensors, warnings: sharingWarnings(file, named) };
};
