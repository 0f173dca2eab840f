import { isFloat, sameShape, shapeError, type GraphNode, type Tensor } from './tensor.js';
import { add } from './operators/arithmetic.js';
import { expand } from './operators/broadcast.js';
import { scalarLike } from './operators/input.js';

const ancestors = (tensor: Tensor): GraphNode[] => {
  const found = new Set<GraphNode>();
  const waiting = [tensor.node];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) waiting.push(input.node);
  }
  return [...found].sort((a, b) => b.id - a.id);
};

/**
 * Expressions for the gradients of the sum of `loss` with respect to each of `wrt`, by reverse-mode differentiation; zeros
 * where the loss does not depend on it.
 * @throws GeometryError `invalid-graph` where an operator on the way has no gradient.
 */
export const gradients = (loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] => {
  const { graph } = loss;
  const nodes = ancestors(loss);
  const targets = new Set(wrt.map(({ node }) => node));
  const leading = new Set<GraphNode>(targets);
  for (const node of nodes.toReversed())
    if (node.inputs.some((input) => leading.has(input.node))) leading.add(node);

  const collected = new Map<GraphNode, (Tensor | undefined)[]>();
  const contribute = ({ node, output }: Tensor, gradient: Tensor): void => {
    const slots = collected.get(node) ?? node.outputs.map(() => undefined);
    const before = slots[output];
    slots[output] = before === undefined ? gradient : add(before, gradient);
    collected.set(node, slots);
  };
  contribute(loss, expand(scalarLike(loss, 1), loss.shape));

  for (const node of nodes) {
    const upstreams = collected.get(node);
    if (upstreams === undefined || !leading.has(node) || targets.has(node)) continue;
    const wanted = node.inputs.map((input) => leading.has(input.node) && isFloat(input.dtype));
    if (!wanted.includes(true)) continue;
    const { operator, inputs, outputs, attributes } = node;
    if (operator.gradient === undefined) throw shapeError(operator.name, inputs, 'it has no gradient');
    const upstream = upstreams[0] ?? expand(scalarLike(outputs[0]!, 0), outputs[0]!.shape);
    const found = graph.labelled(`${node.label}.gradient`, () =>
      operator.gradient!({ inputs, outputs, upstream, upstreams, attributes, wanted }),
    );
    for (const [i, gradient] of found.entries()) {
      if (gradient === undefined || !wanted[i]) continue;
      if (!sameShape(gradient.shape, inputs[i]!.shape)) {
        throw shapeError(operator.name, [inputs[i]!, gradient], 'its gradient has another shape');
      }
      contribute(inputs[i]!, gradient);
    }
  }
  return wrt.map(
    (tensor) => collected.get(tensor.node)?.[tensor.output] ?? expand(scalarLike(tensor, 0), tensor.shape),
  );
};
