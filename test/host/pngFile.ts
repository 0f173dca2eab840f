import zlib from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** Pixels of a picture: 0xRRGGBB, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly colours: Uint32Array;
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

function chunkBytes({ type, data }: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(zlib.crc32(body), 4 + body.length);
  return whole;
}

export const pngFile = (chunks: readonly Chunk[]): Buffer =>
  Buffer.concat([signature, ...chunks.map(chunkBytes), chunkBytes({ type: 'IEND', data: Buffer.alloc(0) })]);

/** The predictor of filter type 4 (section 9.4). */
const paeth = (left: number, up: number, corner: number): number => {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

/** What each filter type adds to a byte, from its neighbours (section 9.2). */
const predictors: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

/**
 * Pixels of a PNG of 8 bits a channel, RGB or RGBA, as browsers write screenshots; opacity is dropped.
 * @throws where it is of another kind.
 */
export function pixelsOf(png: Buffer): Pixels {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR')!.data;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colourType, , , interlaced] = header.subarray(8);
  if (depth !== 8 || (colourType !== 2 && colourType !== 6) || interlaced !== 0)
    throw new Error(`A picture of colour type ${colourType} and ${depth} bits is not read here.`);
  const channels = colourType === 2 ? 3 : 4;
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const bytes = zlib.inflateSync(packed);
  const stride = width * channels;
  const colours = new Uint32Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const line = bytes.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    const predict = predictors[bytes[y * (stride + 1)]!]!;
    const row = new Uint8Array(stride);
    for (let i = 0; i < stride; i++) {
      const [left, corner] = i < channels ? [0, 0] : [row[i - channels]!, above[i - channels]!];
      row[i] = line[i]! + predict(left, above[i]!, corner);
    }
    for (let x = 0; x < width; x++) {
      const at = x * channels;
      colours[y * width + x] = (row[at]! << 16) | (row[at + 1]! << 8) | row[at + 2]!;
    }
    above = row;
  }
  return { width, height, colours };
}
