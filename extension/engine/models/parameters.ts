import { elementCount, type Shape, type Tensor } from '../graph/tensor.js';
import { reshape, split } from '../graph/operators/layout.js';

/** Initialisation of a parameter; PyTorch's defaults. */
export type InitialLaw =
  | { readonly law: 'uniform'; readonly bound: number }
  | { readonly law: 'normal'; readonly deviation: number }
  | { readonly law: 'constant'; readonly value: number };

export interface DeclaredParameter {
  /** As in PyTorch's state dict. */
  readonly name: string;
  readonly shape: Shape;
  readonly initial: InitialLaw;
}

/** A parameter and its place in a row of weights. */
export interface Parameter extends DeclaredParameter {
  readonly offset: number;
  readonly elements: number;
}

/** Places the parameters one after another in a row. */
export const placeParameters = (declared: readonly DeclaredParameter[]): readonly Parameter[] => {
  let offset = 0;
  return declared.map((parameter) => {
    const elements = elementCount(parameter.shape);
    const placed = { ...parameter, offset, elements };
    offset += elements;
    return placed;
  });
};

/** The uniform law of `nn.Linear`: kaiming_uniform(a = √5) for the weight, the same bound for the bias. */
export const linear = (
  name: string,
  inputs: number,
  outputs: number,
  { bias }: { readonly bias: boolean },
): readonly DeclaredParameter[] => {
  const initial: InitialLaw = { law: 'uniform', bound: 1 / Math.sqrt(inputs) };
  return [
    { name: `${name}.weight`, shape: [outputs, inputs], initial },
    ...(bias ? [{ name: `${name}.bias`, shape: [outputs], initial }] : []),
  ];
};

export const constantVector = (name: string, size: number, value: number): DeclaredParameter => ({
  name,
  shape: [size],
  initial: { law: 'constant', value },
});

/** `nn.Embedding`, or a table of learned positions with a smaller deviation. */
export const normalTable = (
  name: string,
  rows: number,
  columns: number,
  deviation = 1,
): DeclaredParameter => ({ name, shape: [rows, columns], initial: { law: 'normal', deviation } });

/** The parameters as tensors of a graph, by name; [...shape], with replicas [replicas, ...shape]. */
export type Views = (name: string) => Tensor;

/**
 * Splits rows of weights ([parameters], or [replicas, parameters]) into the parameters.
 * @throws RangeError for a name that the model does not have: an error in a model's declaration.
 */
export const viewsOf = (rows: Tensor, parameters: readonly Parameter[]): Views => {
  const pieces = split(
    rows,
    -1,
    parameters.map(({ elements }) => elements),
  );
  const lead = rows.shape.slice(0, -1);
  const views = new Map(
    parameters.map(({ name, shape }, i) => [name, reshape(pieces[i]!, [...lead, ...shape])] as const),
  );
  return (name) => {
    const view = views.get(name);
    if (view === undefined) throw new RangeError(`The model declares no parameter ${name}.`);
    return view;
  };
};
