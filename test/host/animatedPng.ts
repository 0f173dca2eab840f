import zlib from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** The chunks of a PNG file (PNG specification, third edition, section 5). */
function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(zlib.crc32(body), 4 + body.length);
  return whole;
}

const integers = (...values: readonly number[]): Buffer => {
  const data = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => data.writeUInt32BE(value, 4 * i));
  return data;
};

/**
 * One animated PNG of PNG files of one size and colour type (section 11.3.5 of the specification).
 * @param frames with the time that each is shown, in milliseconds; it begins again after the last.
 */
export function animatedPng(frames: readonly { readonly png: Buffer; readonly ms: number }[]): Buffer {
  const first = chunksOf(frames[0]!.png);
  const header = first.find(({ type }) => type === 'IHDR')!.data;
  const parts = [signature, chunk('IHDR', header), chunk('acTL', integers(frames.length, 0))];
  let sequence = 0;
  for (const [index, { png, ms }] of frames.entries()) {
    const chunks = chunksOf(png);
    const own = chunks.find(({ type }) => type === 'IHDR')!.data;
    if (!own.equals(header))
      throw new Error(`Frame ${index} has another size or colour type than the first.`);
    const timing = Buffer.alloc(6);
    timing.writeUInt16BE(ms, 0);
    timing.writeUInt16BE(1000, 2);
    const place = integers(sequence++, own.readUInt32BE(0), own.readUInt32BE(4), 0, 0);
    parts.push(chunk('fcTL', Buffer.concat([place, timing])));
    for (const { type, data } of chunks) {
      if (type !== 'IDAT') continue;
      parts.push(
        index === 0 ? chunk('IDAT', data) : chunk('fdAT', Buffer.concat([integers(sequence++), data])),
      );
    }
  }
  return Buffer.concat([...parts, chunk('IEND', Buffer.alloc(0))]);
}
