import type { GraphProto, NodeProto, TensorProto, ValueInfoProto } from '../onnx/onnx_pb.js';
import { graphProto, modelBytes, nodeProto, tensorProto, valueInfoProto } from '../onnx/modelProto.js';
import type { Emission } from './emission.js';
import { fuseSums } from './fusedSums.js';
import { loopOperator, STEPS } from './operators/loop.js';
import type { GraphNode, Tensor } from './tensor.js';

/** The model's outputs by their names. Its inputs are those the outputs depend on, under the names they were made with. */
export type NamedOutputs = Readonly<Record<string, Tensor>>;

const valueName = ({ node, output }: Tensor): string =>
  node.outputs.length === 1 ? `t${node.id}` : `t${node.id}_${output}`;

/** Nodes that `outputs` depend on, in an order in which they can run; what `ends` holds is not entered. */
const reachable = (outputs: readonly Tensor[], ends: ReadonlySet<GraphNode>): GraphNode[] => {
  const found = new Set<GraphNode>();
  const waiting = outputs.map(({ node }) => node);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (found.has(node) || ends.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) waiting.push(input.node);
  }
  return [...found].sort((a, b) => a.id - b.id);
};

/** What of a body depends on the body's own inputs; the rest stays the same over all its runs and is computed once, outside. */
const varying = (nodes: readonly GraphNode[], inputs: ReadonlySet<GraphNode>): ReadonlySet<GraphNode> => {
  const found = new Set<GraphNode>(inputs);
  for (const node of nodes) if (node.inputs.some((input) => found.has(input.node))) found.add(node);
  return found;
};

interface Scope {
  readonly nodes: NodeProto[];
  readonly constants: Map<string, TensorProto>;
  readonly done: Set<GraphNode>;
  readonly outer: Scope | undefined;
}

/**
 * Serialises everything that the outputs depend on as an ONNX model.
 * @throws GeometryError `invalid-graph` from the operators' shape rules, when the graph was built.
 */
export const emitModel = (outputs: NamedOutputs): Uint8Array => {
  const modelInputs = new Map<string, ValueInfoProto>();
  let counter = 0;
  const openScope = (outer?: Scope): Scope => ({
    nodes: [],
    constants: new Map<string, TensorProto>(),
    done: new Set<GraphNode>(),
    outer,
  });

  const emissionOf = (scope: Scope, node: GraphNode): Emission => {
    const add: Emission['add'] = (operator, inputs, names, attributes) => {
      const name = `${node.label === '' ? '' : `${node.label}/`}${operator}_${counter++}`;
      scope.nodes.push(
        nodeProto({
          operator,
          name,
          inputs,
          outputs: names,
          ...(attributes === undefined ? {} : { attributes }),
        }),
      );
    };
    return {
      node,
      inputs: node.inputs.map(nameIn(scope)),
      outputs: node.outputs.map(valueName),
      add,
      value: (operator, inputs, attributes) => {
        const name = `v${counter++}`;
        add(operator, inputs, [name], attributes);
        return name;
      },
      constant: (dtype, shape, values) => constantIn(scope, dtype, shape, values),
      modelInput: (name, dtype, shape) => {
        modelInputs.set(name, valueInfoProto(name, dtype, shape));
        return name;
      },
      subgraph: (inputs, bodyOutputs) => ({ graph: bodyGraph(scope, inputs, bodyOutputs) }),
    };
  };

  const constantIn = (
    scope: Scope,
    dtype: Tensor['dtype'],
    shape: readonly number[],
    values: readonly number[],
  ): string => {
    const key = `${dtype}[${shape.join()}]${values.join()}`;
    const known = scope.constants.get(key);
    if (known !== undefined) return known.name;
    const proto = tensorProto(`c${counter++}`, dtype, shape, values);
    scope.constants.set(key, proto);
    return proto.name;
  };

  /** Small constants stand in the graph that reads them: providers look there for a shape known in advance. */
  const nameIn =
    (scope: Scope) =>
    (tensor: Tensor): string => {
      const { operator, attributes } = tensor.node;
      if (operator.name !== 'Constant') return valueName(tensor);
      return constantIn(
        scope,
        tensor.dtype,
        tensor.shape,
        (attributes as { values: readonly number[] }).values,
      );
    };

  const write = (scope: Scope, node: GraphNode): void => {
    scope.done.add(node);
    node.operator.emit(emissionOf(scope, node), node.attributes);
  };

  /** Writes nodes that only each other and the results read. */
  const writeAll = (scope: Scope, nodes: readonly GraphNode[], results: readonly Tensor[]): void => {
    const { instead, absorbed } = fuseSums(nodes, results);
    for (const node of nodes) {
      scope.done.add(node);
      if (!absorbed.has(node)) {
        const written = instead.get(node) ?? node;
        written.operator.emit(emissionOf(scope, written), written.attributes);
      }
    }
  };

  const isDone = (scope: Scope | undefined, node: GraphNode): boolean =>
    scope !== undefined && (scope.done.has(node) || isDone(scope.outer, node));

  const bodyGraph = (outer: Scope, inputs: readonly Tensor[], bodyOutputs: readonly Tensor[]): GraphProto => {
    const placeholders = new Set(inputs.map(({ node }) => node));
    const nodes = reachable(bodyOutputs, placeholders);
    const inside = varying(nodes, placeholders);
    for (const node of nodes) if (!inside.has(node) && !isDone(outer, node)) write(outer, node);
    const scope = openScope(outer);
    writeAll(
      scope,
      nodes.filter((node) => inside.has(node)),
      bodyOutputs,
    );
    const given = new Set<string>();
    const names = bodyOutputs.map((tensor) => {
      let name = nameIn(scope)(tensor);
      // A body gives values of its own nodes, each once.
      if (!scope.done.has(tensor.node) || given.has(name)) {
        const own = `b${counter++}`;
        scope.nodes.push(nodeProto({ operator: 'Identity', name: own, inputs: [name], outputs: [own] }));
        name = own;
      }
      given.add(name);
      return valueInfoProto(name, tensor.dtype, tensor.shape);
    });
    return graphProto({
      name: `body${counter++}`,
      node: scope.nodes,
      initializer: [...scope.constants.values()],
      input: inputs.map((tensor) => valueInfoProto(valueName(tensor), tensor.dtype, tensor.shape)),
      output: names,
    });
  };

  const top = openScope();
  const named = Object.entries(outputs);
  const results = named.map(([, tensor]) => tensor);
  const nodes = reachable(results, new Set());
  // A body reads nodes around it: which of them are read once is known where there is none.
  if (nodes.some(({ operator }) => operator === loopOperator)) {
    for (const node of nodes) if (!top.done.has(node)) write(top, node);
  } else {
    writeAll(top, nodes, results);
  }
  const output = named.map(([name, tensor]) => {
    top.nodes.push(nodeProto({ operator: 'Identity', name, inputs: [nameIn(top)(tensor)], outputs: [name] }));
    return valueInfoProto(
      name,
      tensor.dtype,
      tensor.shape.map((side) => (side === STEPS ? 'steps' : side)),
    );
  });
  return modelBytes(
    graphProto({
      name: 'weight-geometry',
      node: top.nodes,
      initializer: [...top.constants.values()],
      input: [...modelInputs.values()],
      output,
    }),
  );
};
