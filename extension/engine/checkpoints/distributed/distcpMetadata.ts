import { openFile } from '../bytes/fileByteSource.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import { elementWidth } from '../pytorch/pickle/torchCalls.js';
import { GlobalReference, Opaque, Tuple, type PickleValue } from '../pytorch/pickle/values.js';
import { PickleLog } from '../pytorch/pytorchPickle.js';
import type { Warning } from '../../../contract/report.js';

/** One slice of a tensor and where its bytes lie. */
export interface Slice {
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
  /** Relative to the checkpoint's folder. */
  readonly file: string;
  readonly start: number;
  readonly length: number;
}

export interface SlicedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly slices: readonly Slice[];
  /** Slices that the list of places does not have. */
  readonly missing: number;
}

const MOST_SLICES = 2_000_000;

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Attributes of an object that was not built. */
const attributes = (value: PickleValue | undefined): ReadonlyMap<PickleValue, PickleValue> | undefined =>
  value instanceof Opaque && value.state instanceof Map ? value.state : undefined;

const countsOf = (value: PickleValue | undefined): readonly number[] | undefined => {
  const items = value instanceof Tuple ? value.items : value;
  return Array.isArray(items) && items.every(isCount) ? items : undefined;
};

const dtypeOf = (properties: PickleValue | undefined): string | undefined => {
  const state = properties instanceof Opaque ? properties.state : undefined;
  const type =
    state instanceof Tuple ? state.items[0] : state instanceof Map ? state.get('dtype') : undefined;
  return type instanceof GlobalReference && type.module === 'torch' ? type.name : undefined;
};

const placeKey = (name: string, offsets: readonly number[]): string => `${name}\u0000${offsets.join(',')}`;

/** Where each slice lies, by its tensor's name and offsets (`MetadataIndex` → `_StorageInfo`). */
const placesOf = (
  file: string,
  storage: PickleValue | undefined,
): Map<string, Pick<Slice, 'file' | 'start' | 'length'>> => {
  const places = new Map<string, Pick<Slice, 'file' | 'start' | 'length'>>();
  if (!(storage instanceof Map)) throw malformed(file, 'it does not say where its values are stored');
  for (const [key, value] of storage) {
    const [index, info] = [attributes(key), attributes(value)];
    const name = index?.get('fqn');
    const [path, start, length] = [info?.get('relative_path'), info?.get('offset'), info?.get('length')];
    if (typeof name !== 'string' || typeof path !== 'string' || !isCount(start) || !isCount(length)) continue;
    places.set(placeKey(name, countsOf(index?.get('offset')) ?? []), { file: path, start, length });
  }
  return places;
};

/**
 * The `.metadata` of a checkpoint of torch.distributed.checkpoint: a pickle that names tensors, their slices and where
 * these lie. It is read by the interpreter that builds nothing.
 * @throws GeometryError `malformed-file`, `too-large`.
 */
export const readDistcpMetadata = async (
  path: string,
): Promise<{ readonly tensors: readonly SlicedTensor[]; readonly warnings: readonly Warning[] }> => {
  const source = await openFile(path);
  const log = new PickleLog(path);
  const { value: root } = await log.read(source, 0).finally(() => source.close());
  const metadata = attributes(root);
  const listed = metadata?.get('state_dict_metadata');
  if (!(listed instanceof Map)) throw malformed(path, 'it lists no tensors');
  const places = placesOf(path, metadata?.get('storage_data'));
  const tensors: SlicedTensor[] = [];
  let slicesSeen = 0;
  for (const [name, entry] of listed) {
    const about = attributes(entry);
    const shape = countsOf(about?.get('size'));
    const chunks = about?.get('chunks');
    const dtype = dtypeOf(about?.get('properties'));
    // Other entries are bytes: the state of an optimizer's settings, of a scheduler.
    if (typeof name !== 'string' || shape === undefined || !Array.isArray(chunks) || dtype === undefined)
      continue;
    elementWidthOf(path, name, dtype);
    const slices: Slice[] = [];
    for (const chunk of chunks) {
      if (++slicesSeen > MOST_SLICES) throw tooLarge(path, `it has more than ${MOST_SLICES} slices`);
      const [offsets, sizes] = [
        countsOf(attributes(chunk)?.get('offsets')),
        countsOf(attributes(chunk)?.get('sizes')),
      ];
      if (offsets === undefined || sizes === undefined)
        throw malformed(path, `a slice of tensor ${quote(name)} has no place`);
      const place =
        places.get(placeKey(name, offsets)) ??
        (chunks.length === 1 ? places.get(placeKey(name, [])) : undefined);
      if (place !== undefined) slices.push({ offsets, sizes, ...place });
    }
    tensors.push({ name, dtype, shape, slices, missing: chunks.length - slices.length });
  }
  return { tensors, warnings: log.warnings };
};

const elementWidthOf = (path: string, name: string, dtype: string): number => {
  try {
    return elementWidth(dtype);
  } catch {
    throw malformed(path, `tensor ${quote(name)} has the unknown type ${quote(dtype)}`);
  }
};
