import { torchCalls } from './torchCalls.js';

/** Values of Python's own that only hold data, by module. */
const pythonValues: Readonly<Record<string, string>> = {
  builtins:
    'object bool int float complex str bytes bytearray list tuple set frozenset dict slice range NoneType Ellipsis NotImplemented',
  collections: 'OrderedDict Counter defaultdict deque',
  copyreg: '_reconstructor __newobj__ __newobj_ex__',
  datetime: 'datetime date time timedelta timezone',
  decimal: 'Decimal',
  fractions: 'Fraction',
  uuid: 'UUID SafeUUID',
  pathlib: 'Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath',
  'pathlib._local': 'Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath',
  argparse: 'Namespace',
  types: 'SimpleNamespace NoneType',
  array: 'array _array_reconstructor',
  re: '_compile',
  random: 'Random',
  _codecs: 'encode',
};

/** Parts of PyTorch and NumPy that checkpoints name and that only hold data, by module. */
const libraryValues: Readonly<Record<string, string>> = {
  torch: 'Size Tensor ScriptObject device dtype layout memory_format Generator strided sparse_coo sparse_csr',
  'torch.serialization': '_get_layout',
  'torch.nn.functional': 'relu gelu silu elu selu mish leaky_relu sigmoid tanh softmax',
  'torch.nn.parallel.data_parallel': 'DataParallel',
  'torch.nn.parallel.distributed': 'DistributedDataParallel',
  'torch.nn.utils.weight_norm': 'WeightNorm',
  'torch._dynamo.decorators': '_DimRange',
  'torch.storage': 'TypedStorage UntypedStorage _TypedStorage _UntypedStorage',
  'torch.nn.parameter': 'Parameter Buffer UninitializedParameter UninitializedBuffer',
  'torch._utils':
    '_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_nested_tensor _rebuild_parameter _rebuild_parameter_with_state _rebuild_meta_tensor_no_storage _rebuild_wrapper_subclass _rebuild_device_tensor_from_cpu_tensor _rebuild_device_tensor_from_numpy _rebuild_xla_tensor',
  'torch._tensor': '_rebuild_from_type _rebuild_from_type_v2',
  'torch.jit._pickle':
    'build_intlist build_doublelist build_boollist build_tensorlist build_tensor_from_id restore_type_tag',
  'torch.distributed.tensor': 'DTensor Shard Replicate Partial',
  'torch.distributed._tensor': 'DTensor Shard Replicate',
  'torch.distributed._tensor.api': 'DTensor',
  'torch.distributed.tensor._api': 'DTensor',
  'torch.distributed.tensor._dtensor_spec': 'DTensorSpec TensorMeta ShardOrderEntry',
  'torch.distributed._tensor.placement_types': 'DTensorSpec TensorMeta Shard Replicate Partial _Partial',
  'torch.distributed.tensor.placement_types': 'Shard Replicate Partial _Partial _StridedShard MaskPartial',
  'torch.distributed.device_mesh': 'DeviceMesh',
  'torch.distributed._mesh_layout': '_MeshLayout _FlatLayout',
  'torch.distributed.checkpoint.metadata':
    'Metadata TensorStorageMetadata BytesStorageMetadata ChunkStorageMetadata TensorProperties MetadataIndex StorageMeta _MEM_FORMAT_ENCODING',
  'torch.distributed.checkpoint.filesystem': '_StorageInfo _StoragePrefix',
  'torch.nested._internal.nested_tensor': 'NestedTensor _rebuild_njt',
  numpy:
    'ndarray dtype float16 float32 float64 longdouble int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool_ bool complex64 complex128 str_ bytes_',
  'numpy.random.bit_generator': 'SeedSequence __pyx_unpickle_SeedSequence',
  'numpy.random._pickle': '__randomstate_ctor __generator_ctor __bit_generator_ctor',
};

const numpyModules = ['numpy.core.multiarray', 'numpy._core.multiarray'];
const pairs = (table: Readonly<Record<string, string>>): string[] =>
  Object.entries(table).flatMap(([module, names]) => names.split(' ').map((name) => `${module}.${name}`));

const known = new Set<string>([
  ...torchCalls.keys(),
  ...pairs(pythonValues),
  ...pairs(libraryValues),
  ...numpyModules.flatMap((module) => [`${module}._reconstruct`, `${module}.scalar`]),
]);

/** Families of names, each of one identifier in its module: nothing can be reached through them. */
const families: readonly RegExp[] = [
  // Types, storages and tensor classes.
  /^torch\.(cuda\.|sparse\.|cuda\.sparse\.|hpu\.|xpu\.)?[A-Z]\w*(Storage|Tensor)$/,
  /^torch\.(float|double|half|long|int|short|bool|cfloat|cdouble|chalf|u?int\d+|bits\d+(x\d+)?|b?float\d+(_\w+)?|complex\d+|qu?int\d+(x\d+)?|per_(tensor|channel)_\w+|channels_last(_3d)?|(contiguous|preserve)_format)$/,
  /^numpy\.dtypes\.\w+DType$/,
  /^numpy\.random\._(mt19937|pcg64|philox|sfc64)\.[A-Z]\w*$/,
  // Modules and optimisers, saved whole.
  /^torch\.nn\.modules\.\w+\.[A-Z]\w*$/,
  /^torch\.ao\.nn\.[a-z.]+\.modules\.\w+\.[A-Z]\w*$/,
  /^torch\.optim\.\w+\.[A-Z]\w*$/,
  // TorchScript's own classes, which Python cannot import.
  /^__torch__\.[\w.]+$/,
];

/** Whether a global is built by this reader, or is known to only hold data. */
export const isKnownName = (path: string): boolean =>
  known.has(path) || families.some((family) => family.test(path));
