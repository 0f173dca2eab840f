import type { Pixels } from './pngFile.js';

/** At most 256 colours, and the place in them of every colour of some pictures. */
export interface Palette {
  readonly colours: readonly number[];
  readonly placeOf: (colour: number) => number;
}

interface Counted {
  readonly channels: readonly [number, number, number];
  readonly colour: number;
  readonly count: number;
}

interface Box {
  readonly members: readonly Counted[];
  /** Channel of the greatest spread, its mean, and the squared distance from the mean that the channel has in all. */
  readonly channel: 0 | 1 | 2;
  readonly mean: number;
  readonly spread: number;
}

const boxOf = (members: readonly Counted[]): Box => {
  const weight = members.reduce((sum, { count }) => sum + count, 0);
  const spreads = ([0, 1, 2] as const).map((channel) => {
    const mean = members.reduce((sum, m) => sum + m.count * m.channels[channel], 0) / weight;
    const spread = members.reduce((sum, m) => sum + m.count * (m.channels[channel] - mean) ** 2, 0);
    return { channel, mean, spread };
  });
  return { members, ...spreads.reduce((a, b) => (b.spread > a.spread ? b : a)) };
};

/** The commonest colour of a box where it is half of it (backgrounds and lines stay exact), else the mean. */
const colourOf = ({ members }: Box): number => {
  const weight = members.reduce((sum, { count }) => sum + count, 0);
  const commonest = members.reduce((a, b) => (b.count > a.count ? b : a));
  if (2 * commonest.count >= weight) return commonest.colour;
  const [red, green, blue] = ([0, 1, 2] as const).map((channel) =>
    Math.round(members.reduce((sum, m) => sum + m.count * m.channels[channel], 0) / weight),
  ) as [number, number, number];
  return (red << 16) | (green << 8) | blue;
};

/** Colours of pictures in 256 boxes: the box that errs most is cut at its mean until there are that many. */
export function paletteOf(pictures: readonly Pixels[]): Palette {
  const counts = new Map<number, number>();
  for (const { colours } of pictures)
    for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  let boxes = [
    boxOf(
      [...counts].map(([colour, count]) => ({
        ...{ colour, count: Math.sqrt(count) },
        channels: [colour >> 16, (colour >> 8) & 255, colour & 255],
      })),
    ),
  ];
  while (boxes.length < 256) {
    const worst = boxes.reduce((a, b) => (b.spread > a.spread ? b : a));
    if (worst.spread === 0) break;
    const isLow = (member: Counted): boolean => member.channels[worst.channel] <= worst.mean;
    const halves = [worst.members.filter(isLow), worst.members.filter((member) => !isLow(member))];
    boxes = [...boxes.filter((box) => box !== worst), ...halves.map(boxOf)];
  }
  const places = new Map(
    boxes.flatMap(({ members }, place) => members.map(({ colour }) => [colour, place] as const)),
  );
  return { colours: boxes.map(colourOf), placeOf: (colour) => places.get(colour)! };
}
