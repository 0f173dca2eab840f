import type { NamedOutputs } from './emitModel.js';
import { loopOperator } from './operators/loop.js';
import { matMulOperator } from './operators/matmul.js';
import type { GraphNode, Tensor } from './tensor.js';

/** Every product of matrices that the outputs depend on, those in the bodies of loops with them. */
export const productsOf = (outputs: NamedOutputs): readonly GraphNode[] => {
  const found = new Set<GraphNode>();
  const waiting = Object.values(outputs).map(({ node }) => node);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    const inside =
      node.operator === loopOperator ? (node.attributes as { outputs: readonly Tensor[] }).outputs : [];
    for (const input of [...node.inputs, ...inside]) waiting.push(input.node);
  }
  return [...found].filter(({ operator }) => operator === matMulOperator).sort((a, b) => a.id - b.id);
};
