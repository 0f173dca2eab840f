import type { Warning } from '../../../contract/report.js';
import type { ByteSource } from '../bytes/byteSource.js';
import type { TensorInfo } from '../tensors/checkpoint.js';
import { isNumericDtype } from '../tensors/dtypes.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import { elementWidth } from './pickle/torchCalls.js';
import { NumpyArray, type StorageReference, type TensorReference } from './pickle/values.js';
import { elementCount } from '../tensors/shape.js';
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
  const tensors = [...named].map(([name, view]): StoredTensor => {
    const { shape, dtype } = view;
    const elements = elementCount(file, name, shape);
    const info: TensorInfo = { name, shape, dtype, elements, readable: false };
    if (view.storage === undefined) return opaqueTensor(info);
    // NumPy's strings and objects have no width here; they are listed only.
    if (view.storage instanceof NumpyArray && !isNumericDtype(dtype)) return opaqueTensor(info);
    const bytes = find(view.storage);
    const offset = locate(file, name, view, bytes, elements);
    if (!isNumericDtype(dtype)) return opaqueTensor(info);
    return stridedTensor({ ...info, readable: true }, bytes.source, offset, view, dtype, bytes.bigEndian);
  });
  return { tensors, warnings: sharingWarnings(file, named) };
};
