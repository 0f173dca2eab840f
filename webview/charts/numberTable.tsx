import { useMemo, useState } from 'preact/hooks';
import { none, number } from '../words/numbers.js';
import { CopyTable } from './copyTable.js';
import { Heading } from './heading.js';
import type { Table } from './table.js';
import { nextOrder, sorted, type Order } from './tableOrder.js';

type Cell = string | number | undefined;

/** The numbers of a chart as a table that scrolls inside its card, sorts by its headings, and can be copied. */
export function NumberTable({ table, caption }: { readonly table: Table; readonly caption: string }) {
  const [order, setOrder] = useState<Order | null>(null);
  const { headings, rows } = table;
  const columns = useMemo(
    () => headings.map((_, index) => ({ id: String(index), value: (row: readonly Cell[]) => row[index] })),
    [headings],
  );
  const shown = useMemo(() => sorted(rows, columns, order), [rows, columns, order]);
  const isNumeric = (index: number): boolean => rows.some((row) => typeof row[index] === 'number');
  return (
    <>
      <div class="tools">
        <CopyTable title={caption} table={() => ({ headings, rows: shown })} isSaved={false} />
      </div>
      <div class="scroller" tabIndex={0} role="group" aria-label={caption}>
        <table class="numbers sortable">
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {headings.map((title, index) => (
                <Heading
                  key={index}
                  title={title}
                  isNumeric={isNumeric(index)}
                  direction={order?.column === String(index) ? order.direction : undefined}
                  onPress={() => setOrder(nextOrder(order, String(index), isNumeric(index)))}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr>
                {row.map((cell, index) =>
                  index === 0 ? (
                    <th scope="row">{text(cell)}</th>
                  ) : (
                    <td class={typeof cell === 'string' ? 'text' : ''}>{text(cell)}</td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const text = (cell: Cell): string =>
  cell === undefined ? none : typeof cell === 'string' ? cell : number(cell, 5);
