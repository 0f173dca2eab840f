import type { Dash, Look, MarkerSymbol } from './figure.js';

/** Curves differ in colour, dash and marker together, so that none has to be identified by colour alone. */
const dashes: readonly Dash[] = ['solid', 'longdash', 'dashdot', 'dot'];
const symbols: readonly MarkerSymbol[] = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'x'];

/**
 * Number of theme colours. After them the other styles shift by one, so that the seventh curve differs from the
 * first.
 */
const colours = 6;
const cycled = <T>(styles: readonly T[], index: number): T =>
  styles[(index + Math.floor(index / colours)) % styles.length]!;

/** Lines only: identified by the dash. */
export const lineLook = (index: number): Look => ({
  ink: index,
  dash: cycled(dashes, index),
  symbol: 'none',
  line: true,
});

/** A solid line with markers: identified by the marker. */
export const markedLook = (index: number): Look => ({
  ink: index,
  dash: 'solid',
  symbol: cycled(symbols, index),
  line: true,
});

/** Nulls and references: dashed and muted, always the same. */
export const nullLook: Look = { ink: 'muted', dash: 'dash', symbol: 'none', line: true };
export const edgeLook: Look = { ink: 'muted', dash: 'dot', symbol: 'none', line: true };
export const thresholdLook: Look = { ink: 'foreground', dash: 'solid', symbol: 'none', line: true };
