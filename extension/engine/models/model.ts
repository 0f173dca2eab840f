import type { Model, ModelDescriptor, TaskName } from '../../contract/descriptor.js';
import type { Tensor } from '../graph/tensor.js';
import { encoder } from './encoder.js';
import { placeParameters, type DeclaredParameter, type Parameter, type Views } from './parameters.js';
import { scaleInvariant } from './scaleInvariant.js';

/** First and second token of every pair, int32 [n], or [replicas, n] where replicas read different pairs. */
export interface Tokens {
  readonly a: Tensor;
  readonly b: Tensor;
}

/**
 * A place in the forward pass with activations in rows of d numbers: `embedding`, `layer1` … (after each
 * layer), `readout` (after the last norm). Rows are ordered by position, and include the positions that are
 * read later.
 */
export type Site = 'embedding' | `layer${number}` | 'readout';
/** Observes the activations of a site, or replaces them with others of the same shape. */
export type Tap = (site: Site, rows: Tensor) => Tensor;

/** One entry of the table of models: its declaration from the descriptor. */
export interface ModelKind<Kind extends Model = Model> {
  parameters(model: Kind, headNames: readonly string[]): readonly DeclaredParameter[];
  /** The residual stream at the read-out, before the last norm: [n, d], with replicas [replicas, n, d]. */
  hidden(model: Kind, views: Views, tokens: Tokens, tap?: Tap): Tensor;
  /** Logits [n, prime] (with replicas [replicas, n, prime]) of every head. */
  heads(
    model: Kind,
    headNames: readonly string[],
    views: Views,
    hidden: Tensor,
    tap?: Tap,
  ): readonly Tensor[];
}

const kinds: { readonly [Kind in Model['kind']]: ModelKind<Extract<Model, { kind: Kind }>> } = {
  encoder,
  'scale-invariant': scaleInvariant,
};

export interface BuiltModel {
  readonly tasks: readonly TaskName[];
  /** In the order of the row. */
  readonly parameters: readonly Parameter[];
  /** Length of the row. */
  readonly count: number;
  /** The residual stream at the read-out, before the last norm: [n, d], with replicas [replicas, n, d]. */
  hidden(views: Views, tokens: Tokens): Tensor;
  /** Logits of every task, in the order of `tasks`. */
  forward(views: Views, tokens: Tokens, tap?: Tap): readonly Tensor[];
}

/** Module names of the heads: `head` for one task, `heads.<task>` for several. */
export const headNamesOf = (tasks: readonly TaskName[]): readonly string[] =>
  tasks.length === 1 ? ['head'] : tasks.map((task) => `heads.${task}`);

/** The model of a descriptor: its parameters, in the order of PyTorch's state dict, and its forward pass. */
export const buildModel = ({ model, data: { tasks } }: ModelDescriptor): BuiltModel => {
  const kind = kinds[model.kind] as ModelKind;
  const headNames = headNamesOf(tasks);
  const parameters = placeParameters(kind.parameters(model, headNames));
  return {
    tasks,
    parameters,
    count: parameters.reduce((sum, { elements }) => sum + elements, 0),
    hidden: (views, tokens) => kind.hidden(model, views, tokens),
    forward: (views, tokens, tap) =>
      kind.heads(model, headNames, views, kind.hidden(model, views, tokens, tap), tap),
  };
};
