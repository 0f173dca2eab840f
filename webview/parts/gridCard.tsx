import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { NumberTable } from '../charts/numberTable.js';
import type { Table } from '../charts/table.js';
import { saveFile } from '../connection/saveFile.js';
import { Failure } from '../elements/failure.js';
import { useInspection } from '../state/inspectionContext.js';
import { isFlag, usePersistedState } from '../state/persistedState.js';
import { number } from '../words/numbers.js';
import { say } from '../words/say.js';
import { CopyTable } from '../charts/copyTable.js';
import { pngFile, svgFile } from './exportPicture.js';
import {
  colourScale,
  columnNames,
  drawnCells,
  gridShape,
  namedColumns,
  rowNames,
  type Grid,
} from './gridPicture.js';

export interface GridCardProps {
  /** Key of the card's persisted choices. */
  readonly id: string;
  readonly title: string;
  /** Undefined if there is none; `absent` says why. */
  readonly grid: Grid | undefined;
  readonly absent: string;
  readonly says: string;
  readonly controls?: ComponentChildren;
  /** A cell was clicked. */
  readonly onCell?: (row: number, column: number) => void;
  readonly children?: ComponentChildren;
}

/**
 * Numbers in rows and columns as coloured cells, accessible by pointer and arrow keys; with table and exports.
 */
export function GridCard(props: GridCardProps) {
  const { id, title, grid, absent, says, controls, onCell, children } = props;
  const { theme, provenance, report, host, announce } = useInspection();
  const [asTable, setAsTable] = usePersistedState(`${id}.table`, false, isFlag);
  const [failure, setFailure] = useState('');
  const svg = useRef<SVGSVGElement>(null);
  const save = async (make: typeof pngFile | typeof svgFile): Promise<void> => {
    if (svg.current === null) return;
    const lines = [...provenance, `chart: ${title}`];
    setFailure('');
    try {
      const { background, foreground, font } = theme;
      const source = report.source.name;
      const file = await make({
        title,
        source,
        svg: svg.current,
        background,
        foreground,
        font,
        provenance: lines,
      });
      if (await saveFile(file, host)) announce(say('card.saved', { name: file.name }));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      setFailure(say('card.notSaved', { name: title, reason }));
    }
  };
  return (
    <section class="card wide" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <div class="tools">
          {controls}
          {grid && (
            <>
              <button
                type="button"
                class="tool"
                aria-label={say(asTable ? 'card.asChart' : 'card.asTable', { title })}
                onClick={() => setAsTable(!asTable)}
              >
                {say(asTable ? 'card.chart' : 'card.table')}
              </button>
              {!asTable && (
                <span class="exports">
                  {([pngFile, svgFile] as const).map((make, index) => {
                    const format = index === 0 ? 'PNG' : 'SVG';
                    return (
                      <button
                        key={format}
                        type="button"
                        class="tool"
                        aria-label={say('card.export', { title, format })}
                        onClick={() => void save(make)}
                      >
                        {format}
                      </button>
                    );
                  })}
                </span>
              )}
              <CopyTable title={title} table={() => gridTable(grid)} />
            </>
          )}
        </div>
      </header>
      <Failure says={failure} />
      {grid === undefined ? (
        <p class="pending">{absent}</p>
      ) : asTable ? (
        <NumberTable table={gridTable(grid)} caption={title} />
      ) : (
        <GridDrawing grid={grid} label={`${title}. ${says}`} drawing={svg} {...(onCell ? { onCell } : {})} />
      )}
      {says !== '' && <p class="says">{says}</p>}
      {children}
    </section>
  );
}

const gridTable = ({ rows, columns, columnTitle, value, cells }: Grid): Table => ({
  headings: [value, ...columns.map((column) => `${columnTitle} ${column}`)],
  rows: rows.map((name, row) => [name, ...columns.map((_, column) => cells[row]?.[column]?.value)]),
});

interface GridDrawingProps {
  readonly grid: Grid;
  readonly label: string;
  readonly drawing: { current: SVGSVGElement | null };
  readonly onCell?: (row: number, column: number) => void;
}

const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function GridDrawing({ grid, label, drawing, onCell }: GridDrawingProps) {
  const { theme } = useInspection();
  const place = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(900);
  /** The cell that Tab goes to. */
  const [current, setCurrent] = useState<readonly [number, number]>([0, 0]);
  useEffect(() => {
    const element = place.current!;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) setRoom(element.clientWidth);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { fontSize } = theme;
  const shape = useMemo(() => gridShape(grid, room, fontSize), [grid, room, fontSize]);
  const cells = useMemo(() => drawnCells(grid, shape, theme), [grid, shape, theme]);
  const scale = useMemo(() => colourScale(grid, theme), [grid, theme]);
  const { low, high } = scale;
  const { left, top, cellWidth, cellHeight, width, height, barTop, nameAt } = shape;
  const isThere = ([row, column]: readonly [number, number]): boolean =>
    cells.some((cell) => cell.row === row && cell.column === column);
  const first = isThere(current) ? current : ([cells[0]?.row ?? 0, cells[0]?.column ?? 0] as const);
  const onKey = (event: KeyboardEvent, row: number, column: number): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onCell?.(row, column);
      return;
    }
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    let next: readonly [number, number] = [row + step[0], column + step[1]];
    const inside = ([r, c]: readonly [number, number]): boolean =>
      r >= 0 && c >= 0 && r < grid.rows.length && c < grid.columns.length;
    while (inside(next) && !isThere(next)) next = [next[0] + step[0], next[1] + step[1]];
    if (!inside(next)) return;
    setCurrent(next);
    place.current?.querySelector<SVGGElement>(`[data-cell="${next[0]},${next[1]}"]`)?.focus();
  };
  const bar = Array.from({ length: 24 }, (_, index) => scale.colour(scale.at((index + 0.5) / 24)));
  const names = { fill: theme.muted, 'font-size': fontSize - 2 };
  return (
    <div
      ref={place}
      class="grid-drawing"
      role="group"
      aria-label={label}
      {...(width > room ? { tabIndex: 0 } : {})}
    >
      <svg
        ref={drawing}
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        font-family={theme.font}
      >
        {namedColumns(grid, shape, fontSize).map((column) => (
          <text
            key={column}
            x={left + (column + 0.5) * cellWidth}
            y={top - 6}
            text-anchor="middle"
            {...names}
          >
            {columnNames(grid, shape, fontSize)[column]}
          </text>
        ))}
        <text x={left - 8} y={top - 6} text-anchor="end" {...names}>
          {grid.columnTitle}
        </text>
        {rowNames(grid, room).map((name, row) => (
          <text
            key={name}
            x={left - 8}
            y={top + (row + 0.5) * cellHeight}
            text-anchor="end"
            dominant-baseline="central"
            fill={theme.foreground}
            font-size={fontSize - 1}
          >
            {name.length > 26 ? `…${name.slice(-25)}` : name}
            <title>{grid.rows[row]}</title>
          </text>
        ))}
        {cells.map(({ row, column, x, y, fill, ink, lines, cell }) => (
          <g
            key={`${row} ${column}`}
            class="cell"
            data-cell={`${row},${column}`}
            role={onCell ? 'button' : 'img'}
            tabIndex={row === first[0] && column === first[1] ? 0 : -1}
            onClick={() => onCell?.(row, column)}
            onFocus={() => setCurrent([row, column])}
            onKeyDown={(event) => onKey(event, row, column)}
          >
            <title>{cell.says}</title>
            <rect
              x={x + 0.5}
              y={y + 0.5}
              width={Math.max(1, cellWidth - 1)}
              height={cellHeight - 1}
              fill={fill}
              stroke={cell.value === undefined ? theme.muted : 'none'}
              stroke-width="0.5"
            />
            {lines.map((line, index) => (
              <text
                key={index}
                x={x + cellWidth / 2}
                y={
                  y +
                  ((index + 1) * cellHeight) / (lines.length + 1) +
                  (lines.length > 1 ? (index ? 3 : -2) : 0)
                }
                text-anchor="middle"
                dominant-baseline="central"
                fill={ink}
                opacity={index > 0 ? 0.85 : 1}
                font-size={index > 0 || cellWidth < 50 ? fontSize - 3 : fontSize - 1}
              >
                {line}
              </text>
            ))}
          </g>
        ))}
        {high > low && (
          <g aria-hidden="true">
            {bar.map((colour, index) => (
              <rect key={index} x={left + index * 6} y={barTop} width="6.2" height="8" fill={colour} />
            ))}
            <text x={left} y={barTop + 20} text-anchor="start" {...names}>
              {number(low)}
            </text>
            <text x={left + 144} y={barTop + 20} text-anchor="end" {...names}>
              {number(high)}
            </text>
            <text x={nameAt.x} y={barTop + nameAt.y} text-anchor="start" {...names}>
              {grid.value}
            </text>
          </g>
        )}
      </svg>
    </div>
  );
}
