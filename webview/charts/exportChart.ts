import type { ExportedFile } from '../../extension/contract/panel.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import { toCsv } from './csv.js';
import type { Figure } from './figure.js';
import { fileStem } from './fileStem.js';
import { plainText } from './plainText.js';
import { partsFor, plotly } from './plotly.js';
import { colourBar } from './colourBar.js';
import { draw } from './plotlyFigure.js';
import { withPngText } from './pngText.js';
import type { Table } from './table.js';

export const exportFormats = ['png', 'svg', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportedChart {
  /** Title of the chart; the file name is derived from it. */
  readonly title: string;
  readonly source: string;
  readonly figure: Figure;
  readonly table: Table;
  readonly theme: ChartTheme;
  /** Lines of provenance: source, files, settings, versions. */
  readonly provenance: readonly string[];
}

const makers: { readonly [K in ExportFormat]: (chart: ExportedChart) => Promise<ExportedFile> } = {
  png: async (chart) => {
    const picture = atob((await image(chart, 'png')).split(',')[1] ?? '');
    const bytes = Uint8Array.from(picture, (character) => character.charCodeAt(0));
    const text = chart.provenance.join('\n');
    return {
      name: `${fileStem(chart)}.png`,
      mime: 'image/png',
      content: withPngText(bytes, 'Description', text),
    };
  },
  svg: async (chart) => {
    const svg = decodeURIComponent((await image(chart, 'svg')).split(',').slice(1).join(','));
    const description = `<desc>${escapeXml(chart.provenance.join('\n'))}</desc>`;
    const opened = svg.indexOf('>') + 1;
    return {
      name: `${fileStem(chart)}.svg`,
      mime: 'image/svg+xml',
      content: svg.slice(0, opened) + description + svg.slice(opened),
    };
  },
  csv: (chart) =>
    Promise.resolve({
      name: `${fileStem(chart)}.csv`,
      mime: 'text/csv',
      content: toCsv(chart.table, chart.provenance),
    }),
};

export const exportChart = (chart: ExportedChart, format: ExportFormat): Promise<ExportedFile> =>
  makers[format](chart);

/** A slide-sized picture with the title and the legend that the page shows around the chart. */
async function image(
  { figure, theme, title, source }: ExportedChart,
  format: 'png' | 'svg',
): Promise<string> {
  await partsFor(figure);
  const { data, layout } = draw(figure, theme);
  return plotly.toImage(
    {
      data: [...data, ...colourBar(figure, theme)],
      layout: {
        ...layout,
        autosize: false,
        width: 960,
        height: 560,
        title: { text: plainText(`${title} · ${source}`), x: 0.02, xanchor: 'left', font: { size: 15 } },
        margin: { l: 70, r: 24, t: 64, b: 60 },
        showlegend: figure.kind !== 'heat',
        legend: { orientation: 'h', y: -0.16, yanchor: 'top' },
      },
    },
    { format, width: 960, height: 560, scale: format === 'png' ? 2 : 1 },
  );
}

const escapeXml = (text: string): string =>
  text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
