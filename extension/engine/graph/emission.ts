import type { OnnxAttribute, OnnxAttributes } from '../onnx/modelProto.js';
import type { DType, GraphNode, Shape, Tensor } from './tensor.js';

/** What an operator's table entry is given to say itself in ONNX. */
export interface Emission {
  readonly node: GraphNode;
  /** Names of the values that come in and go out, in the operator's order. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Adds an ONNX node. */
  add(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: OnnxAttributes,
  ): void;
  /** Adds an ONNX node of one new output and gives its name. */
  value(operator: string, inputs: readonly string[], attributes?: OnnxAttributes): string;
  /** Name of a constant of the graph that is being written; equal ones are written once. */
  constant(dtype: DType, shape: Shape, values: readonly number[]): string;
  /** Declares an input of the whole model and gives its name; a side may be a name. */
  modelInput(name: string, dtype: DType, shape: readonly (number | string)[]): string;
  /** Writes a graph within the graph, for an operator that runs one. */
  subgraph(inputs: readonly Tensor[], outputs: readonly Tensor[]): OnnxAttribute;
}
