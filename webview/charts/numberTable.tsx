import { number } from '../words/numbers.js';
import type { Table } from './table.js';

/** The numbers of a chart as a table that scrolls inside its card. */
export const NumberTable = ({ table, caption }: { readonly table: Table; readonly caption: string }) => (
  <div class="scroller" tabIndex={0} role="region" aria-label={caption}>
    <table class="numbers">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {table.headings.map((heading) => (
            <th scope="col">{heading}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr>
            {row.map((cell, index) =>
              index === 0 ? (
                <th scope="row">{shown(cell)}</th>
              ) : (
                <td class={typeof cell === 'string' ? 'text' : ''}>{shown(cell)}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const shown = (cell: string | number | undefined): string =>
  cell === undefined ? '–' : typeof cell === 'string' ? cell : number(cell, 5);
