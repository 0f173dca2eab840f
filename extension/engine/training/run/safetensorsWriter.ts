/** A tensor to be written, row-major. */
export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

const ALIGNMENT = 8;

/**
 * A safetensors file: header length (u64), JSON header padded with spaces to 8 bytes, then the tensors' bytes one after
 * the other, little-endian, in the order given.
 */
export const safetensorsFile = (
  tensors: readonly WrittenTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array => {
  const header: Record<string, unknown> =
    Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata };
  let end = 0;
  const placed = tensors.map((tensor) => {
    const begin = end;
    end += tensor.data.byteLength;
    header[tensor.name] = {
      dtype: tensor.data instanceof Float64Array ? 'F64' : 'F32',
      shape: tensor.shape,
      data_offsets: [begin, end],
    };
    return {
      begin,
      bytes: new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength),
    };
  });
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  for (const { begin, bytes } of placed) file.set(bytes, 8 + headerLength + begin);
  return file;
};
