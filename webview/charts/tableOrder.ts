/** A sortable column. */
export interface OrderedColumn<Row> {
  readonly id: string;
  /** The value for sorting and copying; undefined for none. */
  readonly value: (row: Row) => string | number | undefined;
}

/** The sorted column and direction; absent: the original order. */
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

/**
 * Effect of clicking a heading: numbers sort descending first, names ascending; the third click ends sorting.
 */
export function nextOrder(now: Order | null, column: string, isNumeric: boolean): Order | null {
  const [first, second] = isNumeric
    ? (['descending', 'ascending'] as const)
    : (['ascending', 'descending'] as const);
  if (now?.column !== column) return { column, direction: first };
  return now.direction === first ? { column, direction: second } : null;
}

/** Sorted rows; rows without a value come last in both directions. The sort is stable. */
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

/** Natural order: layers.2 before layers.10. */
const collator = new Intl.Collator('en', { numeric: true });
