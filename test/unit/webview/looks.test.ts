import { expect, it } from 'vitest';
import { lineLook, markedLook } from '../../../webview/charts/looks.js';

/** Of VS Code's themes: `chartTheme.ts` names them. */
const inks = 6;

it.each([lineLook, markedLook])('tells twenty-four curves apart', (lookOf) => {
  const seen = Array.from({ length: 24 }, (_, index) => {
    const { ink, dash, symbol } = lookOf(index);
    return `${Number(ink) % inks} ${dash} ${symbol}`;
  });
  expect(new Set(seen).size).toBe(24);
});
