import { addOperator } from './operators/arithmetic.js';
import { broadcastShape } from './operators/broadcast.js';
import { matMulOperator } from './operators/matmul.js';
import { sameShape, type GraphNode, type Tensor } from './tensor.js';

/** How the nodes of a graph are written where a product takes the tensor that is added to it. */
export interface FusedSums {
  /** What is written in a sum's place: the product with the sum's other part, under the sum's outputs. */
  readonly instead: ReadonlyMap<GraphNode, GraphNode>;
  /** Products that are written in their sum's place only. */
  readonly absorbed: ReadonlySet<GraphNode>;
}

const isPlainProduct = ({ node, shape }: Tensor): boolean =>
  node.operator === matMulOperator && shape.length === 2 && node.inputs.length === 2;

/**
 * Sums A B + C of a product of matrices that nothing else reads: one Gemm makes them in one pass. `nodes` are all that may
 * read each other, in an order in which they can run; `results` are read besides.
 */
export const fuseSums = (nodes: readonly GraphNode[], results: readonly Tensor[]): FusedSums => {
  const readers = new Map<GraphNode, number>();
  const count = ({ node }: Tensor): void => void readers.set(node, (readers.get(node) ?? 0) + 1);
  for (const { inputs } of nodes) inputs.forEach(count);
  results.forEach(count);
  const among = new Set(nodes);
  const instead = new Map<GraphNode, GraphNode>();
  const absorbed = new Set<GraphNode>();
  for (const sum of nodes) {
    if (sum.operator !== addOperator) continue;
    const [a, b] = sum.inputs as [Tensor, Tensor];
    const { shape } = sum.outputs[0]!;
    const fits = (product: Tensor, other: Tensor): boolean =>
      isPlainProduct(product) &&
      among.has(product.node) &&
      readers.get(product.node) === 1 &&
      !absorbed.has(product.node) &&
      sameShape(product.shape, shape) &&
      broadcastShape(other.shape, shape)?.join() === shape.join();
    const pair = fits(b, a) ? ([b, a] as const) : fits(a, b) ? ([a, b] as const) : undefined;
    if (pair === undefined) continue;
    const [{ node: product }, other] = pair;
    absorbed.add(product);
    instead.set(sum, {
      ...product,
      id: sum.id,
      inputs: [...product.inputs, other],
      outputs: sum.outputs,
    });
  }
  return { instead, absorbed };
};
