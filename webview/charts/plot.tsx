import type { PlotlyHTMLElement } from 'plotly.js';
import { useEffect, useRef } from 'preact/hooks';
import type { ChartTheme } from '../theme/chartTheme.js';
import type { Figure } from './figure.js';
import { plotly } from './plotly.js';
import { draw, plotlyConfig } from './plotlyFigure.js';

export interface PlotProps {
  readonly figure: Figure;
  readonly theme: ChartTheme;
  /** What a screen reader says in place of the picture. */
  readonly label: string;
  /** The draggable mark was let go at this value of its axis. */
  readonly onDrag?: (value: number) => void;
  /** A point was pressed: its x. */
  readonly onPoint?: (x: number) => void;
}

/** Draws a figure and keeps it drawn: new numbers, new theme, new size. */
export function Plot({ figure, theme, label, onDrag, onPoint }: PlotProps) {
  const root = useRef<HTMLDivElement>(null);
  const dragged = useRef(onDrag);
  dragged.current = onDrag;
  const pressed = useRef(onPoint);
  pressed.current = onPoint;

  useEffect(() => {
    const element = root.current!;
    const { data, layout } = draw(figure, theme);
    const marks = figure.kind === 'lines' ? (figure.marks ?? []) : [];
    const moving = marks.findIndex((mark) => mark.draggable);
    let live = true;
    const config = moving < 0 ? plotlyConfig : { ...plotlyConfig, edits: { shapePosition: true } };
    void plotly.react(element, data, layout, config).then((graph: PlotlyHTMLElement) => {
      if (!live) return;
      graph.removeAllListeners('plotly_click');
      graph.on('plotly_click', ({ points }) => {
        const x = points[0]?.x;
        if (typeof x === 'number') pressed.current?.(x);
      });
      if (moving < 0) return;
      const { at } = marks[moving]!;
      graph.removeAllListeners('plotly_relayout');
      graph.on('plotly_relayout', (event: object) => {
        // Held at an end, only that end moves.
        const ends = ['y0', 'y1'].map(
          (end) => (event as Record<string, unknown>)[`shapes[${moving}].${end}`],
        );
        const value = ends.find((end) => typeof end === 'number' && end !== at);
        if (typeof value === 'number') dragged.current?.(value);
      });
    });
    return () => {
      live = false;
    };
  }, [figure, theme]);

  useEffect(() => {
    const element = root.current!;
    const observer = new ResizeObserver(() => {
      if (element.offsetParent !== null) plotly.Plots.resize(element);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plotly.purge(element);
    };
  }, []);

  return <div ref={root} class={`plot plot-${figure.kind}`} role="img" aria-label={label} />;
}
