import * as v from 'valibot';
import type { ByteSource } from '../bytes/byteSource.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import type { ZipArchive, ZipMember } from '../bytes/zipArchive.js';
import { unread, type NumericDtype } from '../tensors/checkpoint.js';
import { bytesPerElement } from '../tensors/dtypes.js';
import { elementCount } from '../tensors/shape.js';
import { opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';
import { reachOf, stridedTensor } from '../tensors/stridedTensor.js';

const MOST_CONFIG_BYTES = 64 << 20;
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sizes = v.pipe(v.array(v.object({ as_int: count })), v.maxLength(64));
const schema = v.object({
  config: v.record(
    v.string(),
    v.object({
      path_name: v.string(),
      use_pickle: v.optional(v.boolean()),
      tensor_meta: v.object({
        dtype: count,
        sizes,
        strides: sizes,
        storage_offset: v.object({ as_int: count }),
      }),
    }),
  ),
});

/** torch._export.serde.schema.ScalarType. */
const dtypes: ReadonlyMap<number, NumericDtype> = new Map([
  [1, 'uint8'],
  [2, 'int8'],
  [3, 'int16'],
  [4, 'int32'],
  [5, 'int64'],
  [6, 'float16'],
  [7, 'float32'],
  [8, 'float64'],
  [12, 'bool'],
  [13, 'bfloat16'],
  [29, 'float8_e4m3fn'],
  [30, 'float8_e5m2'],
]);

const readConfig = async (
  file: string,
  member: ZipMember,
): Promise<v.InferOutput<typeof schema>['config']> => {
  if (member.size > MOST_CONFIG_BYTES)
    throw tooLarge(file, `the list of its weights has ${member.size} bytes`);
  const source = await member.open();
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await source.read(0, member.size));
    return v.parse(schema, JSON.parse(text)).config;
  } catch (thrown) {
    if (thrown instanceof SyntaxError || thrown instanceof TypeError || thrown instanceof v.ValiError)
      throw malformed(file, 'the list of its weights (model_weights_config.json) is not valid', thrown);
    throw thrown;
  } finally {
    await source.close();
  }
};

/** The list of weights in a `.pt2` archive, if it is one; `folder` is the archive's top folder with a slash. */
export const weightsConfigOf = (zip: ZipArchive): { folder: string; member: ZipMember } | undefined => {
  for (const [name, member] of zip) {
    const folder = /^(.*\/)?data\/weights\/[^/]*weights_config\.json$/.exec(name);
    if (folder !== null) return { folder: name.slice(0, name.lastIndexOf('/') + 1), member };
  }
  return undefined;
};

/**
 * Weights of an exported program (torch.export, archives of PyTorch 2.8 and later): raw storages beside a list of names,
 * types, sizes and strides.
 * @throws GeometryError `malformed-file`, `too-large`.
 */
export const exportedWeights = async (
  file: string,
  zip: ZipArchive,
  { folder, member }: { readonly folder: string; readonly member: ZipMember },
  bigEndian: boolean,
): Promise<{ readonly tensors: readonly StoredTensor[]; readonly close: () => Promise<void> }> => {
  const config = await readConfig(file, member);
  const opened = new Map<string, ByteSource>();
  const tensors: StoredTensor[] = [];
  for (const [name, { path_name: path, use_pickle: isPickled, tensor_meta: meta }] of Object.entries(
    config,
  )) {
    const shape = meta.sizes.map(({ as_int: size }) => size);
    const strides = meta.strides.map(({ as_int: stride }) => stride);
    const elements = elementCount(file, name, shape);
    const dtype = dtypes.get(meta.dtype);
    const listed = { name, shape, elements, dtype: dtype ?? `type ${meta.dtype}` };
    if (dtype === undefined || isPickled === true) {
      tensors.push(
        opaqueTensor({ ...listed, readable: false, unmeasured: unread('values of this type are not read') }),
      );
      continue;
    }
    const stored = zip.get(`${folder}${path}`);
    if (stored === undefined) throw malformed(file, `the archive has no member ${quote(folder + path)}`);
    const source = opened.get(path) ?? (await stored.open());
    opened.set(path, source);
    const layout = { shape, strides };
    const width = bytesPerElement(dtype);
    const end = (meta.storage_offset.as_int + reachOf(layout)) * width;
    if (strides.length !== shape.length || !Number.isSafeInteger(end) || end > source.size)
      throw malformed(file, `tensor ${quote(name)} reaches beyond the end of its storage`);
    const at = meta.storage_offset.as_int * width;
    tensors.push(stridedTensor({ ...listed, readable: true }, source, at, layout, dtype, bigEndian));
  }
  return {
    tensors,
    close: async () => {
      await Promise.allSettled([...opened.values()].map((source) => source.close()));
    },
  };
};
