import type { ChartTheme } from '../../../webview/theme/chartTheme.js';

/** Colours to draw with where no page is there to read them from. */
export const chartTheme: ChartTheme = {
  background: '#ffffff',
  foreground: '#333333',
  muted: '#777777',
  grid: '#eeeeee',
  hoverBackground: '#ffffff',
  hoverBorder: '#cccccc',
  font: 'sans-serif',
  fontSize: 13,
  inks: ['#0000ff', '#ff8800', '#008800'],
};
