import { bytesPerElement, isNumericDtype } from '../../tensors/dtypes.js';
import {
  makeArrayFromBuffer,
  makeNumpyArray,
  makeNumpyDtype,
  makeNumpyScalar,
  numpyDtypeName,
} from './numpyValues.js';
import type { AllowedCalls } from './pickleMachine.js';
import { PickleFault } from './pickleFault.js';
import {
  GlobalReference,
  NumpyArray,
  Opaque,
  Tuple,
  isStorage,
  isTensor,
  type PickleValue,
  type StorageReference,
  type TensorReference,
} from './values.js';

type Call = (args: readonly PickleValue[]) => PickleValue;

/** Element types by the storage class that PyTorch names in a storage's persistent id. */
const storageDtypes: Readonly<Record<string, string>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
  QInt8Storage: 'qint8',
  QUInt8Storage: 'quint8',
  QInt32Storage: 'qint32',
  QUInt4x2Storage: 'quint4x2',
  QUInt2x4Storage: 'quint2x4',
  UntypedStorage: 'bytes',
};
const storageModules = new Set(['torch', 'torch.cuda', 'torch.storage']);

/** Bytes an element takes in types that are listed but not read. */
const unreadWidths: Readonly<Record<string, number>> = {
  bytes: 1,
  complex32: 4,
  complex64: 8,
  complex128: 16,
  qint8: 1,
  quint8: 1,
  qint32: 4,
  quint4x2: 1,
  quint2x4: 1,
  float4_e2m1fn_x2: 1,
};
/** Bytes an element takes. @throws PickleFault for an unknown type. */
export const elementWidth = (dtype: string): number => {
  if (isNumericDtype(dtype)) return bytesPerElement(dtype);
  if (Object.hasOwn(unreadWidths, dtype)) return unreadWidths[dtype]!;
  throw new PickleFault(`its type ${JSON.stringify(dtype)} is not known`);
};

/** Second names of types in PyTorch. */
const dtypeAliases: Readonly<Record<string, string>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  cfloat: 'complex64',
  cdouble: 'complex128',
  chalf: 'complex32',
};

const dtypeOf = (value: PickleValue | undefined): string => {
  if (!(value instanceof GlobalReference) || value.module !== 'torch')
    throw new PickleFault('a tensor has no type');
  return Object.hasOwn(dtypeAliases, value.name) ? dtypeAliases[value.name]! : value.name;
};

const knownDtype = (value: PickleValue | undefined): string => {
  const dtype = dtypeOf(value);
  elementWidth(dtype);
  return dtype;
};

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const counts = (value: PickleValue | undefined, what: string): readonly number[] => {
  const items = value instanceof Tuple ? value.items : value;
  if (!Array.isArray(items) || !items.every(isCount))
    throw new PickleFault(`a tensor has ${what} that are not counts`);
  return items;
};

const rebuild = (args: readonly PickleValue[], dtype?: string): TensorReference => {
  const [storage, offset, size, stride] = args;
  if (!isStorage(storage)) throw new PickleFault('a tensor has no storage');
  if (!isCount(offset)) throw new PickleFault('a tensor begins at no position of its storage');
  const shape = counts(size, 'sizes');
  const strides = counts(stride, 'strides');
  if (shape.length !== strides.length)
    throw new PickleFault('a tensor has more sizes than strides, or fewer');
  return { kind: 'tensor', storage, dtype: dtype ?? storage.dtype, offset, shape, strides };
};

/** A tensor that is listed and not read. */
const withoutValues = (dtype: string, size: PickleValue | undefined, reason: string): TensorReference => {
  const shape = counts(size, 'sizes');
  return { kind: 'tensor', storage: undefined, dtype, offset: 0, shape, strides: shape, reason };
};

/** `_rebuild_tensor_v2(…, metadata)`: views that negate what is stored. Conjugation changes no singular value. */
const rebuildView: Call = (args) => {
  const tensor = rebuild(args);
  const metadata = args[6];
  return metadata instanceof Map && metadata.get('neg') === true ? { ...tensor, negative: true } : tensor;
};

const codeTypes: Readonly<Record<string, string>> = { qint8: 'int8', quint8: 'uint8', qint32: 'int32' };
/** A view of stored numbers: parts of tensors are never made of parts again, so that no file nests them a million deep. */
const isPlain = ({ quantised, sparse: parts }: TensorReference): boolean =>
  quantised === undefined && parts === undefined;
const isTensorOrNumber = (value: PickleValue | undefined): value is number | TensorReference =>
  typeof value === 'number' || (isTensor(value) && isPlain(value));

/** `(torch.per_tensor_affine, scale, zero)`, or `(torch.per_channel_affine, scales, zeros, axis)`. */
const rebuildQuantised: Call = (args) => {
  const tensor = rebuild(args);
  const [, scales, zeros, axis] = args[4] instanceof Tuple ? args[4].items : [];
  const dtype = codeTypes[tensor.dtype];
  const isAxis = axis === undefined || (isCount(axis) && axis < tensor.shape.length);
  if (dtype === undefined || !isTensorOrNumber(scales) || !isTensorOrNumber(zeros) || !isAxis)
    return { ...tensor, reason: 'its scales are not understood' };
  return { ...tensor, quantised: { scales, zeros, ...(axis === undefined ? {} : { axis }) } };
};

/** Attributes of an object: a dictionary, or one beside those of its slots. */
const attribute = (state: PickleValue | undefined, name: string): PickleValue | undefined =>
  (state instanceof Tuple ? state.items : [state])
    .map((part) => (part instanceof Map ? part.get(name) : undefined))
    .find((value) => value !== undefined);

/** A placement's class and what it says: "Shard(dim=0)". */
const placementText = (value: PickleValue): string => {
  if (!(value instanceof Opaque)) return '?';
  const name = value.origin.split('.').at(-1)!.slice(0, 40);
  const axis = attribute(value.state, 'dim');
  return typeof axis === 'number' ? `${name}(dim=${axis})` : name;
};

/** The local part of a DTensor (torch.distributed.tensor), with what the whole is. */
const distributed = (
  args: PickleValue | undefined,
  state: PickleValue | undefined,
): TensorReference | undefined => {
  const local = attribute(state, '_local_tensor');
  if (!isTensor(local)) return undefined;
  const spec = attribute(state, '_spec');
  const placed = spec instanceof Opaque ? attribute(spec.state, 'placements') : undefined;
  const placements = itemsOf(placed ?? null)
    .map(placementText)
    .join(', ');
  const shape = counts(args instanceof Tuple ? args.items[2] : undefined, 'sizes');
  const mesh = spec instanceof Opaque ? attribute(spec.state, 'mesh') : undefined;
  const place = mesh instanceof Opaque ? itemsOf(attribute(mesh.state, '_coordinate_on_dim') ?? null) : [];
  const coordinate = place.length > 0 && place.every(isCount) ? { coordinate: place } : {};
  return { ...local, shard: { shape, placements, ...coordinate } };
};

/** A NumPy array as a tensor, or undefined where its elements are not numbers. */
export const tensorOfArray = (array: NumpyArray): TensorReference | undefined => {
  if (array.dtype === undefined) return undefined;
  const { shape, fortranOrder } = array;
  const strides = new Array<number>(shape.length).fill(1);
  const order = shape.map((_, axis) => (fortranOrder ? axis : shape.length - 1 - axis));
  let stride = 1;
  for (const axis of order) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return {
    kind: 'tensor',
    storage: array,
    dtype: numpyDtypeName(array.dtype.code),
    offset: 0,
    shape,
    strides,
  };
};

/** Protocols 0 and 1 make an instance of a class so: a placeholder, whose state follows. */
const instanceOf: Call = ([type]) =>
  new Opaque(type instanceof GlobalReference || type instanceof Opaque ? pathOf(type) : 'unknown');

const pathOf = (type: GlobalReference | Opaque): string => (type instanceof Opaque ? type.origin : type.path);

const first: Call = ([value]) => value ?? null;

/** `func(*args)` with the subclass and its attributes left away. */
const rebuildFromType: Call = ([func, , args, state]) => {
  if (func instanceof GlobalReference && func.path === 'torch._utils._rebuild_wrapper_subclass') {
    const part = distributed(args, state);
    if (part !== undefined) return part;
  }
  // Never itself again: nested subclasses must not become nested calls of ours.
  const isRebuild = func instanceof GlobalReference && func.module === 'torch._utils';
  const call = isRebuild ? torchCalls.get(func.path) : undefined;
  return call !== undefined && args instanceof Tuple
    ? call(args.items)
    : new Opaque('torch._tensor._rebuild_from_type_v2');
};

const fromArray: Call = ([array]) =>
  (array instanceof NumpyArray ? tensorOfArray(array) : undefined) ??
  new Opaque('torch._utils._rebuild_device_tensor_from_numpy');

/** `(layout, (indices…, values, size, …))`: one list of indices in COO, two in the compressed layouts. */
const sparse: Call = ([layout, parts]) => {
  const items = itemsOf(parts ?? null);
  const tensors = items.filter(isTensor);
  const values = tensors.at(-1);
  const size = items.find((item) => item instanceof Tuple || Array.isArray(item));
  if (values === undefined || typeof layout !== 'string' || !tensors.every(isPlain))
    return withoutValues('sparse', size, 'its layout is not understood');
  const listed = withoutValues(values.dtype, size, 'a sparse tensor');
  return { ...listed, sparse: { layout, indices: tensors.slice(0, -1), values } };
};

/** "torch.sparse_csr" → "sparse_csr": layouts are stored as a call with their names. */
const layoutNamed: Call = ([name]) =>
  typeof name === 'string' ? name.replace(/^torch\./, '') : new Opaque('torch.serialization._get_layout');

const itemsOf = (value: PickleValue | undefined): readonly PickleValue[] =>
  value instanceof Tuple
    ? value.items
    : Array.isArray(value)
      ? value
      : value instanceof Set
        ? [...value]
        : [];

const dictionary: Call = ([source]) => {
  if (source instanceof Map) return new Map(source);
  const map = new Map<PickleValue, PickleValue>();
  for (const entry of itemsOf(source)) {
    const [key, value] = itemsOf(entry);
    if (key !== undefined && value !== undefined) map.set(key, value);
  }
  return map;
};

const encode: Call = ([text]) =>
  typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'latin1')) : new Opaque('_codecs.encode');

const numpyModules = [
  'numpy.core.multiarray',
  'numpy._core.multiarray',
  'numpy._core.numeric',
  'numpy.core.numeric',
];

/** Every call that builds something: containers, tensors from storages, NumPy arrays from their bytes. */
export const torchCalls: AllowedCalls = new Map<string, Call>([
  ['collections.OrderedDict', dictionary],
  ['collections.Counter', dictionary],
  ['collections.defaultdict', ([, source]) => dictionary([source ?? null])],
  ['builtins.dict', dictionary],
  ['builtins.list', ([source]) => [...itemsOf(source)]],
  ['builtins.tuple', ([source]) => new Tuple(itemsOf(source))],
  ['builtins.set', ([source]) => new Set(itemsOf(source))],
  ['builtins.frozenset', ([source]) => new Set(itemsOf(source))],
  ['_codecs.encode', encode],
  ['copyreg._reconstructor', instanceOf],
  ['copyreg.__newobj__', instanceOf],
  ['copyreg.__newobj_ex__', instanceOf],
  ['torch.Size', ([source]) => new Tuple(itemsOf(source))],
  ['torch._utils._rebuild_tensor', (args) => rebuild(args)],
  ['torch._utils._rebuild_tensor_v2', rebuildView],
  ['torch._utils._rebuild_tensor_v3', (args) => rebuild(args, knownDtype(args[6]))],
  ['torch._utils._rebuild_qtensor', rebuildQuantised],
  ['torch._utils._rebuild_sparse_tensor', sparse],
  ['torch.serialization._get_layout', layoutNamed],
  [
    'torch._utils._rebuild_meta_tensor_no_storage',
    ([dtype, size]) => withoutValues(`meta ${dtypeOf(dtype)}`, size, 'a tensor without values (meta device)'),
  ],
  ['torch._utils._rebuild_parameter', first],
  ['torch._utils._rebuild_parameter_with_state', first],
  ['torch.nn.parameter.Parameter', first],
  ['torch._utils._rebuild_device_tensor_from_cpu_tensor', first],
  ['torch._utils._rebuild_device_tensor_from_numpy', fromArray],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['numpy.dtype', makeNumpyDtype],
  ...numpyModules.flatMap((module): [string, Call][] => [
    [`${module}._reconstruct`, makeNumpyArray],
    [`${module}.scalar`, makeNumpyScalar],
    [`${module}._frombuffer`, makeArrayFromBuffer],
  ]),
]);

/**
 * PyTorch's persistent ids: `('storage', class, key, device, elements)`, in legacy files with
 * `(view key, start, elements)` behind, which is null where the storage is whole.
 */
export const loadStorage = (id: PickleValue): StorageReference => {
  const [tag, type, key, , elements, view] = itemsOf(id);
  if (tag !== 'storage') throw new PickleFault('it refers to something outside the file');
  if (
    !(type instanceof GlobalReference) ||
    !storageModules.has(type.module) ||
    !Object.hasOwn(storageDtypes, type.name)
  ) {
    throw new PickleFault('a storage is of no known class');
  }
  if (typeof key !== 'string' || !isCount(elements)) throw new PickleFault('a storage has no key or size');
  const dtype = storageDtypes[type.name]!;
  if (view === undefined || view === null) return { kind: 'storage', key, dtype, elements, start: 0 };
  const [, start, length] = itemsOf(view);
  if (!isCount(start) || !isCount(length) || start + length > elements) {
    throw new PickleFault('a view reaches beyond its storage');
  }
  return { kind: 'storage', key, dtype, elements: length, start };
};
