/** Red, green, blue (0 … 255) and opacity (0 … 1). */
export type Rgba = readonly [number, number, number, number];

/**
 * Parses the notations of theme colours in VS Code and browsers: `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb()`,
 * `rgba()`.
 */
export function parseColour(text: string): Rgba | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text)?.[1];
  if (hex) {
    const digits = hex.length <= 4 ? hex.replaceAll(/./g, '$&$&') : hex;
    const byte = (index: number): number => parseInt(digits.slice(2 * index, 2 * index + 2), 16);
    if (digits.length === 6) return [byte(0), byte(1), byte(2), 1];
    if (digits.length === 8) return [byte(0), byte(1), byte(2), byte(3) / 255];
    return undefined;
  }
  const parts = /^rgba?\(([^)]*)\)$/i
    .exec(text)?.[1]
    ?.split(/[\s,/]+/)
    .filter(Boolean);
  if (!parts || parts.length < 3) return undefined;
  const [red, green, blue, opacity = 1] = parts.map((part) =>
    part.endsWith('%') ? parseFloat(part) / 100 : parseFloat(part),
  );
  return [red!, green!, blue!, opacity];
}

/** `amount` of `over` on `under` (0: only under). Unparsable colours are returned unchanged. */
export function mix(under: string, over: string, amount: number): string {
  const low = parseColour(under);
  const high = parseColour(over);
  if (!low || !high) return amount < 0.5 ? under : over;
  const share = amount * high[3];
  const channel = (index: 0 | 1 | 2): number => Math.round(low[index] * (1 - share) + high[index] * share);
  return `rgb(${channel(0)}, ${channel(1)}, ${channel(2)})`;
}
