import fs from 'node:fs';

interface Tensor {
  readonly shape: readonly number[];
  readonly values: (index: number) => number;
}

/** A safetensors file of float32 tensors, as its published layout says: header length, JSON header, data. */
export function safetensorsFile(tensors: Readonly<Record<string, Tensor>>): Buffer {
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => values(i));
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    parts.push(Buffer.from(data.buffer));
    offset += data.byteLength;
  }
  return Buffer.concat([...headerBytes(header), ...parts]);
}

/** A file whose header speaks of two gigabytes of weights that take no room on the disk. */
export function writeSparseSafetensors(file: string, bytes = 2 * 2 ** 30): void {
  const columns = 4096;
  const rows = Math.floor(bytes / 4 / columns);
  const size = rows * columns * 4;
  const header = { 'big.weight': { dtype: 'F32', shape: [rows, columns], data_offsets: [0, size] } };
  const [length, json] = headerBytes(header);
  fs.writeFileSync(file, Buffer.concat([length, json]));
  fs.truncateSync(file, length.length + json.length + size);
}

function headerBytes(header: object): [Buffer, Buffer] {
  const text = JSON.stringify(header);
  const json = Buffer.from(
    text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 + text.length - Buffer.byteLength(text)),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return [length, json];
}
