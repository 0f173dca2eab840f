import { Formula } from '../elements/formula.js';
import type { Order } from './tableOrder.js';

const arrows = { ascending: ' ▲', descending: ' ▼' } as const;

export interface HeadingProps {
  readonly title: string;
  /** Tooltip. */
  readonly note?: string | undefined;
  readonly isNumeric?: boolean | undefined;
  readonly direction: Order['direction'] | undefined;
  /** Absent for a column that only has drawings. */
  readonly onPress?: (() => void) | undefined;
}

/** A column heading; clicking it sorts. */
export const Heading = ({ title, note, isNumeric, direction, onPress }: HeadingProps) => (
  <th
    scope="col"
    class={isNumeric ? 'number narrow' : ''}
    {...(onPress ? { 'aria-sort': direction ?? 'none' } : {})}
    {...(note === undefined ? {} : { title: note })}
  >
    {onPress && title !== '' ? (
      <button type="button" class="heading" onClick={onPress}>
        <Formula text={title} />
        <span aria-hidden="true">{direction === undefined ? '' : arrows[direction]}</span>
      </button>
    ) : (
      title
    )}
  </th>
);
