import type { Shape, Tensor } from '../graph/tensor.js';
import { add } from '../graph/operators/arithmetic.js';
import { constant } from '../graph/operators/input.js';
import { concat, reshape, split } from '../graph/operators/layout.js';
import type { Tokens } from './model.js';

/** The embedding of every token at every position, [positions · vocabulary, d], position by position. */
export const tokenTable = (tokens: Tensor, positions: Tensor): Tensor => {
  const lead = tokens.shape.slice(0, -2);
  const [vocabulary, d] = tokens.shape.slice(-2) as [number, number];
  const count = positions.shape.at(-2)!;
  const table = add(reshape(tokens, [...lead, 1, vocabulary, d]), reshape(positions, [...lead, count, 1, d]));
  return reshape(table, [...lead, count * vocabulary, d]);
};

/** The same with a table [vocabulary, d] for each of the two positions. */
export const positionTables = (tokens: Tensor, positions: Tensor): readonly [Tensor, Tensor] => {
  const [first, second] = split(positions, -2, [1, 1]) as [Tensor, Tensor];
  return [add(tokens, first), add(tokens, second)];
};

/** Row indices of the pairs' tokens, then of the given fixed tokens: int32 [positions · n]. */
export const tableRows = ({ a, b }: Tokens, vocabulary: number, fixed: readonly number[] = []): Tensor => {
  const at = (position: number): Tensor => constant(a.graph, 'int32', [], [position * vocabulary]);
  const filled = (shape: Shape, value: number): Tensor =>
    constant(
      a.graph,
      'int32',
      shape,
      new Array<number>(shape.reduce((product, side) => product * side, 1)).fill(value),
    );
  return concat(
    [a, add(b, at(1)), ...fixed.map((token, i) => filled(a.shape, (i + 2) * vocabulary + token))],
    -1,
  );
};
