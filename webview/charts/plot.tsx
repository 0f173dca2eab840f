import type { PlotlyHTMLElement, PlotMouseEvent } from 'plotly.js';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hoverStep, onHoveredStep } from '../state/hoveredStep.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import type { Figure } from './figure.js';
import { fitWidth } from './fitWidth.js';
import { partsFor, plotly } from './plotly.js';
import { draw, plotlyConfig } from './plotlyFigure.js';
import { stepMark, type PlotArea } from './stepMark.js';

export interface PlotProps {
  readonly figure: Figure;
  readonly theme: ChartTheme;
  /** Text alternative for screen readers. */
  readonly label: string;
  /** The draggable mark was released at this axis value. */
  readonly onDrag?: (value: number) => void;
  /** A point was clicked: its training step. */
  readonly onPoint?: (step: number) => void;
  /** A cell of a heat map was clicked. */
  readonly onCell?: (row: number, step: number) => void;
}

/** Draws a figure and keeps it up to date: new numbers, theme, size. */
export function Plot({ figure, theme, label, onDrag, onPoint, onCell }: PlotProps) {
  const root = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  const now = useRef({ figure, onDrag, onPoint, onCell });
  now.current = { figure, onDrag, onPoint, onCell };
  // Labels are placed again if the width changes much; otherwise the library stretches the drawing.
  const [room, setRoom] = useState(0);

  useEffect(() => {
    const element = root.current!;
    const { data, layout: whole } = draw(figure, theme);
    const layout = fitWidth(whole, figure.kind, element.clientWidth);
    const marks = figure.kind === 'lines' ? (figure.marks ?? []) : [];
    const moving = marks.findIndex((one) => one.draggable);
    const drawing = new AbortController();
    const isReplaced = (): boolean => drawing.signal.aborted;
    const config = moving < 0 ? plotlyConfig : { ...plotlyConfig, edits: { shapePosition: true } };
    const drawn = async (): Promise<void> => {
      if (figure.kind === 'space') await othersDrawn();
      await partsFor(figure);
      if (isReplaced()) return;
      const graph: PlotlyHTMLElement = await plotly.react(element, data, layout, config);
      if (isReplaced()) return;
      for (const event of ['plotly_click', 'plotly_hover', 'plotly_unhover']) graph.removeAllListeners(event);
      graph.on('plotly_click', (event) => {
        const cell = cellOf(figure, event);
        if (cell) now.current.onCell?.(...cell);
        const step = stepUnder(figure, event);
        if (step !== undefined) now.current.onPoint?.(step);
      });
      graph.on('plotly_hover', (event) => hoverStep(stepUnder(figure, event), element));
      graph.on('plotly_unhover', () => hoverStep(undefined, element));
      if (moving < 0) return;
      const { at } = marks[moving]!;
      graph.removeAllListeners('plotly_relayout');
      graph.on('plotly_relayout', (event: object) => {
        // Dragged at an end, only that end moves.
        const ends = ['y0', 'y1'].map(
          (end) => (event as Record<string, unknown>)[`shapes[${moving}].${end}`],
        );
        const value = ends.find((end) => typeof end === 'number' && end !== at);
        if (typeof value === 'number') now.current.onDrag?.(value);
      });
    };
    void drawn();
    return () => drawing.abort();
  }, [figure, theme, room]);

  useEffect(
    () =>
      onHoveredStep((step, source) => {
        const element = root.current!;
        const area = step === undefined || source === element ? undefined : areaOf(element);
        const place = area && stepMark(now.current.figure, step!, area);
        const { style } = mark.current!;
        style.display = place ? 'block' : 'none';
        if (!place) return;
        const isLine = place.kind === 'line';
        style.left = `${place.x}px`;
        style.top = `${isLine ? area.top : place.y}px`;
        style.height = isLine ? `${area.height}px` : '';
        mark.current!.className = `step-mark ${place.kind}`;
      }),
    [],
  );

  useEffect(() => {
    const element = root.current!;
    const observer = new ResizeObserver(() => {
      if (element.offsetParent === null) return;
      plotly.Plots.resize(element);
      setRoom(Math.round(element.clientWidth / 100));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plotly.purge(element);
    };
  }, []);

  return (
    <div class="plotted">
      <div
        ref={root}
        class={`plot plot-${figure.kind}`}
        style={heightOf(figure)}
        role="img"
        aria-label={label}
      />
      <div ref={mark} class="step-mark" aria-hidden="true" />
    </div>
  );
}

/** A 3-D view is slower than the rest of a page: it starts after the page has been painted. */
const othersDrawn = (): Promise<void> =>
  new Promise((resolve) =>
    requestAnimationFrame(() => requestIdleCallback(() => resolve(), { timeout: longestWait })),
  );
const longestWait = 500;

/** Row and step of the heat map cell of an event. */
function cellOf(figure: Figure, { points }: PlotMouseEvent): readonly [number, number] | undefined {
  if (figure.kind !== 'heat') return undefined;
  const place: unknown = points[0]?.pointNumber;
  if (!Array.isArray(place)) return undefined;
  const [row, column] = place as unknown[];
  const step = typeof column === 'number' ? figure.columns[column] : undefined;
  return typeof row === 'number' && step !== undefined ? [row, step] : undefined;
}

function stepUnder(figure: Figure, event: PlotMouseEvent): number | undefined {
  const step: unknown = event.points[0]?.customdata;
  return typeof step === 'number' ? step : cellOf(figure, event)?.[1];
}

/** Read from the drawing: the library's own numbers of the area are not public. */
function areaOf(element: HTMLElement): PlotArea | undefined {
  const drag = element.querySelector('.nsewdrag')?.getBoundingClientRect();
  const { xaxis, yaxis } = (element as Partial<PlotlyHTMLElement>).layout ?? {};
  if (!drag || !isRange(xaxis?.range) || !isRange(yaxis?.range)) return undefined;
  const box = element.getBoundingClientRect();
  const { width, height } = drag;
  return {
    left: drag.left - box.left,
    top: drag.top - box.top,
    width,
    height,
    x: xaxis.range,
    y: yaxis.range,
  };
}

const isRange = (range: unknown): range is [number, number] =>
  Array.isArray(range) && range.length === 2 && range.every((end) => typeof end === 'number');

const heightAround = 70;
const [least, most] = [320, 1100];

/** A heat map grows with its rows, where these have a height of their own. */
function heightOf(figure: Figure): { readonly height: string } | undefined {
  if (figure.kind !== 'heat' || figure.rowHeight === undefined) return undefined;
  const wanted = heightAround + figure.rowHeight * figure.rows.length;
  return { height: `${Math.min(most, Math.max(least, wanted))}px` };
}
