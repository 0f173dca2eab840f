import { useEffect, useState } from 'preact/hooks';
import { mix, parseColour } from './colour.js';

/** The colours and the font of the charts, from the page's CSS variables (VS Code's theme). */
export interface ChartTheme {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly hoverBackground: string;
  readonly hoverBorder: string;
  readonly inks: readonly string[];
  readonly font: string;
  readonly fontSize: number;
}

const inkNames = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'] as const;

function readChartTheme(): ChartTheme {
  const style = getComputedStyle(document.body);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  const [muted, background] = [value('--wg-muted'), value('--wg-card')];
  // High contrast gives guides the strength of text, which would hide thin curves.
  const isHighContrast = document.body.className.includes('vscode-high-contrast');
  return {
    foreground: value('--wg-foreground'),
    muted,
    background,
    grid: isHighContrast ? mix(background, muted, 0.4) : value('--wg-grid'),
    hoverBackground: value('--wg-hover'),
    hoverBorder: value('--wg-hover-border'),
    inks: inkNames.map((name) => opaque(value(`--wg-ink-${name}`))),
    font: style.fontFamily,
    fontSize: parseFloat(style.fontSize) || 13,
  };
}

/**
 * VS Code's orange is made for highlights under text and is two thirds transparent; a thin line in it would be
 * invisible.
 */
function opaque(colour: string): string {
  const parts = parseColour(colour);
  return parts && parts[3] < 1 ? `rgb(${parts.slice(0, 3).join(', ')})` : colour;
}

/** The current theme; updated whenever VS Code (or the report's own switch, or the system) changes it. */
export function useChartTheme(): ChartTheme {
  const [theme, setTheme] = useState(readChartTheme);
  useEffect(() => {
    let last = JSON.stringify(theme);
    const look = (): void => {
      const next = readChartTheme();
      const text = JSON.stringify(next);
      if (text === last) return;
      last = text;
      setTheme(next);
    };
    const observer = new MutationObserver(look);
    const attributes = { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-id'] };
    observer.observe(document.body, attributes);
    observer.observe(document.documentElement, attributes);
    const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      matchMedia(query),
    );
    for (const query of queries) query.addEventListener('change', look);
    return () => {
      observer.disconnect();
      for (const query of queries) query.removeEventListener('change', look);
    };
  }, []);
  return theme;
}
