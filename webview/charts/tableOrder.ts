/** One column of a table that its reader sorts. */
export interface OrderedColumn<Row> {
  readonly id: string;
  /** What is sorted by and copied; undefined where there is nothing. */
  readonly value: (row: Row) => string | number | undefined;
}

/** The column and direction that rows are sorted by; absent for the order in which they came. */
export interface Order {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

export const isOrder = (value: unknown): value is Order | null =>
  value === null ||
  (typeof value === 'object' &&
    'column' in value &&
    typeof value.column === 'string' &&
    'direction' in value &&
    (value.direction === 'ascending' || value.direction === 'descending'));

/** What pressing a heading does: numbers begin with the largest, names with the first; the third press ends it. */
export function nextOrder(now: Order | null, column: string, isNumeric: boolean): Order | null {
  const [first, second] = isNumeric
    ? (['descending', 'ascending'] as const)
    : (['ascending', 'descending'] as const);
  if (now?.column !== column) return { column, direction: first };
  return now.direction === first ? { column, direction: second } : null;
}

/** Rows in order; what has no value stands at the end whatever the direction, and equal rows stay as they came. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly OrderedColumn<Row>[],
  order: Order | null,
): readonly Row[] {
  const column = columns.find(({ id }) => id === order?.column);
  if (order === null || column === undefined) return rows;
  const sign = order.direction === 'ascending' ? 1 : -1;
  return rows
    .map((row) => ({ row, value: column.value(row) }))
    .sort(({ value: a }, { value: b }) => {
      if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
      if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
      return sign * collator.compare(String(a), String(b));
    })
    .map(({ row }) => row);
}

/** layers.2 comes before layers.10. */
const collator = new Intl.Collator('en', { numeric: true });
