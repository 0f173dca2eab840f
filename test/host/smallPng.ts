import zlib from 'node:zlib';
import { paletteOf, type Palette } from './palette.js';
import { pixelsOf, pngFile, type Pixels } from './pngFile.js';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const integers = (...values: readonly number[]): Buffer => {
  const data = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => data.writeUInt32BE(value, 4 * i));
  return data;
};

/** Size, 8 bits a pixel, colours by their place in a palette, no interlacing (PNG specification, section 11.2.1). */
const headerOf = ({ width, height }: Pixels): Buffer =>
  Buffer.concat([integers(width, height), Buffer.of(8, 3, 0, 0, 0)]);

const paletteBytes = ({ colours }: Palette): Buffer =>
  Buffer.from(colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));

/** The packed rows of a part of a picture, unfiltered: places in a palette are no numbers to take differences of. */
function packed({ width, colours }: Pixels, place: Place, { placeOf }: Palette): Buffer {
  const rows = Buffer.alloc(place.height * (place.width + 1));
  for (let y = 0; y < place.height; y++)
    for (let x = 0; x < place.width; x++)
      rows[y * (place.width + 1) + 1 + x] = placeOf(colours[(place.y + y) * width + place.x + x]!);
  return zlib.deflateSync(rows, { level: 9, memLevel: 9 });
}

/** The rectangle in which two pictures of one size differ; a single pixel where they do not. */
function changedPlace(before: Pixels, after: Pixels): Place {
  let [left, top, right, bottom] = [after.width, after.height, -1, -1];
  for (let i = 0; i < after.colours.length; i++) {
    if (before.colours[i] === after.colours[i]) continue;
    const [x, y] = [i % after.width, Math.floor(i / after.width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0
    ? { x: 0, y: 0, width: 1, height: 1 }
    : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The same picture in at most 256 colours: about half the bytes of a screenshot. */
export const smallPng = (png: Buffer): Buffer => animatedPng([{ png, ms: 0 }]);

/**
 * One PNG of PNG files of one size (section 11.3.5 of the specification where there are several): 256 colours for all,
 * each frame the rectangle that differs from the one before.
 * @param frames with the time that each is shown, in milliseconds; it begins again after the last.
 */
export function animatedPng(frames: readonly { readonly png: Buffer; readonly ms: number }[]): Buffer {
  const pictures = frames.map(({ png }) => pixelsOf(png));
  const [first] = pictures as [Pixels];
  if (pictures.some(({ width, height }) => width !== first.width || height !== first.height))
    throw new Error('Frames have several sizes.');
  const palette = paletteOf(pictures);
  const isAnimated = frames.length > 1;
  let sequence = 0;
  const parts = pictures.flatMap((picture, index) => {
    const whole = { x: 0, y: 0, width: first.width, height: first.height };
    const place = index === 0 ? whole : changedPlace(pictures[index - 1]!, picture);
    // Numerator and denominator of seconds; the last two bytes: kept, and drawn over what was there.
    const timing = Buffer.alloc(6);
    timing.writeUInt16BE(frames[index]!.ms, 0);
    timing.writeUInt16BE(1000, 2);
    const control = isAnimated
      ? [
          {
            type: 'fcTL',
            data: Buffer.concat([integers(sequence++, place.width, place.height, place.x, place.y), timing]),
          },
        ]
      : [];
    const rows = packed(picture, place, palette);
    return [
      ...control,
      index === 0
        ? { type: 'IDAT', data: rows }
        : { type: 'fdAT', data: Buffer.concat([integers(sequence++), rows]) },
    ];
  });
  return pngFile([
    { type: 'IHDR', data: headerOf(first) },
    ...(isAnimated ? [{ type: 'acTL', data: integers(frames.length, 0) }] : []),
    { type: 'PLTE', data: paletteBytes(palette) },
    ...parts,
  ]);
}
