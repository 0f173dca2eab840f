import type { Tensor } from '../../graph/tensor.js';
import { concat, split } from '../../graph/operators/layout.js';
import { viewsOf, type Parameter, type Views } from '../../models/parameters.js';

/** Parameters whose weights, or moments, are one state of the loop, concatenated in the row's order. */
export type StateBlock = readonly Parameter[];

/**
 * The whole row as one block; or one block for every tensor from this many elements on, and one for all others.
 */
export const stateBlocks = (
  parameters: readonly Parameter[],
  apartFrom: number | undefined,
): readonly StateBlock[] => {
  if (apartFrom === undefined) return [parameters];
  const large = parameters.filter(({ elements }) => elements >= apartFrom);
  const small = parameters.filter(({ elements }) => elements < apartFrom);
  return [...(small.length === 0 ? [] : [small]), ...large.map((parameter) => [parameter])];
};

const sizesOf = (parameters: readonly Parameter[]): readonly number[] =>
  parameters.map(({ elements }) => elements);

/** Rows ([parameters], or [replicas, parameters]) as the blocks' own rows. */
export const cutIntoBlocks = (
  row: Tensor,
  parameters: readonly Parameter[],
  blocks: readonly StateBlock[],
): readonly Tensor[] => {
  if (blocks.length === 1) return [row];
  const pieces = split(row, -1, sizesOf(parameters));
  return blocks.map((block) =>
    concat(
      block.map((parameter) => pieces[parameters.indexOf(parameter)]!),
      -1,
    ),
  );
};

/** The blocks' rows as whole rows again. */
export const joinedBlocks = (
  rows: readonly Tensor[],
  parameters: readonly Parameter[],
  blocks: readonly StateBlock[],
): Tensor => {
  if (blocks.length === 1) return rows[0]!;
  const pieces = new Map(
    blocks.flatMap((block, i) => {
      const cut = split(rows[i]!, -1, sizesOf(block));
      return block.map((parameter, at) => [parameter, cut[at]!] as const);
    }),
  );
  return concat(
    parameters.map((parameter) => pieces.get(parameter)!),
    -1,
  );
};

/** The parameters by name, from the blocks' rows. */
export const blockViews = (rows: readonly Tensor[], blocks: readonly StateBlock[]): Views => {
  const views = new Map(
    blocks.flatMap((block, i) => {
      const within = viewsOf(rows[i]!, block);
      return block.map(({ name }) => [name, within] as const);
    }),
  );
  return (name) => {
    const within = views.get(name);
    if (within === undefined) throw new RangeError(`The model declares no parameter ${name}.`);
    return within(name);
  };
};

/** Weights, first and second moments, as many blocks each. */
export const inThirds = (
  states: readonly Tensor[],
): readonly [readonly Tensor[], readonly Tensor[], readonly Tensor[]] => {
  const third = states.length / 3;
  return [states.slice(0, third), states.slice(third, 2 * third), states.slice(2 * third)];
};
