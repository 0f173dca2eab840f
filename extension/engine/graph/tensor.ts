import { GeometryError } from '../../contract/errors.js';
import type { Emission } from './emission.js';

export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool';
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** One output of one node of the expression graph. */
export interface Tensor extends TensorType {
  readonly graph: Graph;
  readonly node: GraphNode;
  /** Which of the node's outputs. */
  readonly output: number;
}

export interface GraphNode {
  /** Nodes are numbered as they are made, so their order is a topological order. */
  readonly id: number;
  readonly operator: Operator;
  readonly attributes: unknown;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** The part of the model that made it, e.g. `layer0/mlp`; profiles are summed over it. */
  readonly label: string;
}

/**
 * One entry of the operators' table: what shape comes out, how it is said in ONNX, and its gradient as expressions of the
 * same operators.
 */
export interface Operator<Attributes = unknown> {
  readonly name: string;
  /** Two applications with equal inputs and attributes are the same node, unless this is set. */
  readonly unique?: boolean;
  /** @throws GeometryError `invalid-graph`, made by {@link shapeError}. */
  infer(inputs: readonly Tensor[], attributes: Attributes): readonly TensorType[];
  emit(emission: Emission, attributes: Attributes): void;
  /** Gradients of the inputs, in their order; absent where there is none. Absent operator-wide for operators on integers. */
  gradient?(backward: Backward<Attributes>): readonly (Tensor | undefined)[];
}

export interface Backward<Attributes> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Gradient of the first output. */
  readonly upstream: Tensor;
  /** Gradients of all outputs; absent where the output does not reach the loss. */
  readonly upstreams: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  /** Which inputs' gradients are wanted. */
  readonly wanted: readonly boolean[];
}

/** An expression graph under construction. Equal expressions are built once. */
export class Graph {
  #nextId = 0;
  readonly #known = new Map<string, GraphNode>();
  #label = '';

  /** Makes the node, or finds the equal one made before. */
  apply<Attributes>(
    operator: Operator<Attributes>,
    inputs: readonly Tensor[],
    attributes: Attributes,
  ): readonly Tensor[] {
    const key =
      operator.unique === true
        ? undefined
        : `${operator.name}(${inputs.map((t) => `${t.node.id}.${t.output}`).join()})${JSON.stringify(attributes)}`;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known.outputs;
    const types = operator.infer(inputs, attributes);
    const outputs: Tensor[] = [];
    const node: GraphNode = {
      id: this.#nextId++,
      operator,
      attributes,
      inputs,
      outputs,
      label: this.#label,
    };
    for (const [output, type] of types.entries()) outputs.push({ ...type, graph: this, node, output });
    if (key !== undefined) this.#known.set(key, node);
    return outputs;
  }

  /** Nodes made inside carry the label. */
  labelled<Result>(label: string, make: () => Result): Result {
    const before = this.#label;
    this.#label = label;
    try {
      return make();
    } finally {
      this.#label = before;
    }
  }
}

/** Applies an operator of one output. */
export const applyOne = <Attributes>(
  operator: Operator<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor => inputs[0]!.graph.apply(operator, inputs, attributes)[0]!;

/** How a message names a tensor: `layer0/mlp MatMul#17 float32[512, 128]`. */
export const describeTensor = ({ node, dtype, shape }: Tensor): string => {
  const stated = (node.attributes as { name?: string } | undefined)?.name;
  const name = stated ?? `${node.operator.name}#${node.id}`;
  return `${node.label === '' ? '' : `${node.label} `}${name} ${dtype}[${shape.join(', ')}]`;
};

/** The one error of graph building: names the operator and its tensors. */
export const shapeError = (operator: string, tensors: readonly Tensor[], why: string): GeometryError =>
  new GeometryError('invalid-graph', `${operator}(${tensors.map(describeTensor).join('; ')}): ${why}.`);

export const elementCount = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((side, axis) => side === b[axis]);
export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';
