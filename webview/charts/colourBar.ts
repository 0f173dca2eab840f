import type { Data } from 'plotly.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import type { Figure } from './figure.js';
import { plainText } from './plainText.js';
import { formatOn, shadeAt } from './plotlyParts.js';

/** The colour bar of a shaded figure for exported pictures: a trace without points. */
export function colourBar(figure: Figure, theme: ChartTheme): Data[] {
  const shades = figure.kind === 'lines' ? figure.shades : undefined;
  if (!shades) return [];
  const { axis, ink } = shades;
  return [
    {
      type: 'scatter',
      mode: 'markers',
      x: [null],
      y: [null],
      showlegend: false,
      hoverinfo: 'skip',
      marker: {
        color: [0],
        cmin: 0,
        cmax: 1,
        showscale: true,
        colorscale: [
          [0, shadeAt(ink, 0, theme)],
          [1, shadeAt(ink, 1, theme)],
        ],
        colorbar: {
          thickness: 10,
          outlinewidth: 0,
          title: { text: plainText(axis.title), side: 'top' },
          tickvals: [0, 1],
          ticktext: axis.range.map((end) => formatOn(axis, end)),
          tickfont: { color: theme.muted },
        },
      },
    },
  ];
}
