import type { Tensor } from '../../graph/tensor.js';
import { concat, reshape, split } from '../../graph/operators/layout.js';
import type { MatrixSlot } from './matrixSlots.js';

/** New matrices from old: stacks [matrices, rows, columns], with replicas [replicas, matrices, rows, columns]. */
type StackMap = (stacks: readonly Tensor[]) => readonly Tensor[];

/** Pieces of a row, in order: slots, and what lies between them. */
interface Piece {
  readonly elements: number;
  readonly slot?: MatrixSlot;
}

const piecesOf = (slots: readonly MatrixSlot[], count: number): readonly Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  const until = (offset: number): void => {
    if (offset > at) pieces.push({ elements: offset - at });
  };
  for (const slot of [...slots].sort((a, b) => a.offset - b.offset)) {
    until(slot.offset);
    const elements = slot.rows * slot.columns;
    pieces.push({ elements, slot });
    at = slot.offset + elements;
  }
  until(count);
  return pieces;
};

/**
 * Applies `map` to the matrices of rows of weights ([parameters], or [replicas, parameters]), stacked by shape.
 * `map` gets a stack for each row and returns one for each of the first `replaced` rows, whose matrices it
 * replaces.
 */
export const mapMatrices = (
  rows: readonly Tensor[],
  replaced: number,
  slots: readonly MatrixSlot[],
  map: StackMap,
): readonly Tensor[] => {
  const lead = rows[0]!.shape.slice(0, -1);
  const pieces = piecesOf(slots, rows[0]!.shape.at(-1)!);
  const cut = rows.map((row) => [
    ...split(
      row,
      -1,
      pieces.map(({ elements }) => elements),
    ),
  ]);
  const shapes = new Map<string, { readonly shape: readonly [number, number]; readonly places: number[] }>();
  pieces.forEach(({ slot }, place) => {
    if (slot === undefined) return;
    const key = `${slot.rows}×${slot.columns}`;
    const known = shapes.get(key) ?? { shape: [slot.rows, slot.columns] as const, places: [] };
    known.places.push(place);
    shapes.set(key, known);
  });
  for (const { shape, places } of shapes.values()) {
    const stacks = cut.map((parts) =>
      concat(
        places.map((place) => reshape(parts[place]!, [...lead, 1, ...shape])),
        -3,
      ),
    );
    map(stacks).forEach((stack, row) => {
      split(stack, -3, new Array<number>(places.length).fill(1)).forEach((matrix, i) => {
        const place = places[i]!;
        cut[row]![place] = reshape(matrix, [...lead, pieces[place]!.elements]);
      });
    });
  }
  return cut.slice(0, replaced).map((parts) => concat(parts, -1));
};

/** A number per replica ([1], or [replicas, 1]) beside a stack of its matrices. */
export const besideStack = (column: Tensor): Tensor =>
  column.shape.length === 1 ? column : reshape(column, [column.shape[0]!, 1, 1, 1]);
