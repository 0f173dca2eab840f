import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Table } from '../charts/table.js';
import { FilterField } from '../elements/filterField.js';
import { isText, usePersistedState } from '../state/persistedState.js';
import { integer, none, number } from '../words/numbers.js';
import { say } from '../words/say.js';
import { Heading } from '../charts/heading.js';
import { CopyTable } from '../charts/copyTable.js';
import { isOrder, nextOrder, sorted, type Order, type OrderedColumn } from '../charts/tableOrder.js';

export interface TableColumn<Row> extends OrderedColumn<Row> {
  readonly title: string;
  /** Tooltip. */
  readonly note?: string;
  readonly isNumeric?: true;
  /** The cell's content, if it is more than its value. */
  readonly cell?: (row: Row) => ComponentChildren;
  /** Display only: it is neither copied nor sorted by. */
  readonly isPicture?: true;
}

export interface SortableTableProps<Row> {
  /** Key of the persisted order and filter. */
  readonly id: string;
  readonly title: string;
  /** The first names the row. */
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  /** Rows that stay at the bottom in every order: nulls and totals. */
  readonly foot?: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The text that the filter searches; no filter without it. */
  readonly textOf?: (row: Row) => string;
  readonly controls?: ComponentChildren;
  /** Cells wrap their text. */
  readonly isText?: true;
  readonly children?: ComponentChildren;
  /** One sentence on the nulls of the numbers. */
  readonly says?: string;
}

/** Number of rows drawn at once; a model may have a million tensors. */
const mostRows = 400;
const fewestFiltered = 8;
/** Rows that stand on the page whole; more scroll by themselves. */
const fewRows = 24;

/** A table that sorts by its headings, filters, and can be copied as CSV or Markdown. */
export function SortableTable<Row>(props: SortableTableProps<Row>) {
  const {
    id,
    title,
    columns,
    rows,
    foot = [],
    keyOf,
    textOf,
    controls,
    isText: wraps,
    children,
    says,
  } = props;
  const [filter, setFilter] = usePersistedState(`${id}.filter`, '', isText);
  const [order, setOrder] = usePersistedState<Order | null>(`${id}.order`, null, isOrder);
  const [most, setMost] = useState(mostRows);
  const wanted = filter.trim().toLowerCase();
  const found = useMemo(() => {
    const kept =
      textOf === undefined || wanted === ''
        ? rows
        : rows.filter((row) => textOf(row).toLowerCase().includes(wanted));
    return sorted(kept, columns, order);
  }, [rows, columns, textOf, wanted, order]);
  const shown = found.slice(0, most);
  const titleId = `${id}-title`;
  return (
    <section class="card wide" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>{title}</h2>
        <div class="tools">
          {controls}
          {textOf !== undefined && rows.length > fewestFiltered && (
            <FilterField value={filter} label={say('table.filter')} onInput={setFilter} />
          )}
          <CopyTable title={title} table={() => tableOfRows(columns, [...found, ...foot])} />
        </div>
      </header>
      <div
        class={`scroller ${shown.length + foot.length <= fewRows ? 'whole' : 'tall'}`}
        tabIndex={0}
        role="group"
        aria-labelledby={titleId}
      >
        <table class={`matrices sortable ${wraps ? 'wrapped' : ''}`}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading
                  key={column.id}
                  title={column.title}
                  note={column.note}
                  isNumeric={column.isNumeric}
                  direction={order?.column === column.id ? order.direction : undefined}
                  onPress={
                    column.isPicture
                      ? undefined
                      : () => setOrder(nextOrder(order, column.id, column.isNumeric === true))
                  }
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {[...shown, ...foot].map((row) => (
              <tr key={keyOf(row)}>
                {columns.map((column, index) => (
                  <Cell key={column.id} column={column} row={row} names={index === 0} />
                ))}
              </tr>
            ))}
            {shown.length + foot.length === 0 && (
              <tr>
                <td colSpan={columns.length} class="muted">
                  {say('table.none')}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {found.length > shown.length && (
        <p class="says page">
          {say('table.shown', { shown: integer(shown.length), of: integer(found.length) })}{' '}
          <button type="button" class="link" onClick={() => setMost(most + mostRows)}>
            {say('table.more')}
          </button>
        </p>
      )}
      {says !== undefined && says !== '' && <p class="says page">{says}</p>}
      {children}
    </section>
  );
}

interface CellProps<Row> {
  readonly column: TableColumn<Row>;
  readonly row: Row;
  readonly names: boolean;
}

function Cell<Row>({ column, row, names }: CellProps<Row>) {
  const content = column.cell?.(row) ?? plain(column.value(row));
  return names ? <th scope="row">{content}</th> : <td class={column.isNumeric ? 'number' : ''}>{content}</td>;
}

const plain = (value: string | number | undefined): string =>
  value === undefined ? none : typeof value === 'number' ? number(value, 4) : value;

const tableOfRows = <Row,>(columns: readonly TableColumn<Row>[], rows: readonly Row[]): Table => {
  const copied = columns.filter(({ isPicture }) => isPicture !== true);
  return {
    headings: copied.map(({ title }) => title),
    rows: rows.map((row) => copied.map(({ value }) => value(row))),
  };
};
