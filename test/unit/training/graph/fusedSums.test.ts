import { describe, expect, it } from 'vitest';
import { emitModel } from '../../../../extension/engine/graph/emitModel.js';
import { add, neg } from '../../../../extension/engine/graph/operators/arithmetic.js';
import { input } from '../../../../extension/engine/graph/operators/input.js';
import { loop } from '../../../../extension/engine/graph/operators/loop.js';
import { matMul } from '../../../../extension/engine/graph/operators/matmul.js';
import { productsOf } from '../../../../extension/engine/graph/productsOf.js';
import { Graph, type Tensor } from '../../../../extension/engine/graph/tensor.js';
import { createSession } from '../../../../extension/engine/runtime/session.js';

const a = [1, 2, 3, 4, 5, 6];
const b = [1, -1, 2, 0, 1, 3];
const c = [10, 20, 30, 40];
/** A B of A [2, 3] and B [3, 2], by hand. */
const ab = [1 * 1 + 2 * 2 + 3 * 1, -1 + 0 + 3 * 3, 4 * 1 + 5 * 2 + 6 * 1, -4 + 0 + 6 * 3];

const inputs = (graph: Graph): readonly [Tensor, Tensor, Tensor] => [
  input(graph, 'a', 'float64', [2, 3]),
  input(graph, 'b', 'float64', [3, 2]),
  input(graph, 'c', 'float64', [2, 2]),
];

const run = async (bytes: Uint8Array): Promise<Record<string, number[]>> => {
  const session = await createSession(bytes, { provider: 'cpu', threads: 1 });
  const fetched = await session.run({
    a: { data: Float64Array.from(a), dims: [2, 3] },
    b: { data: Float64Array.from(b), dims: [3, 2] },
    c: { data: Float64Array.from(c), dims: [2, 2] },
  });
  await session.dispose();
  return Object.fromEntries(Object.entries(fetched).map(([name, { data }]) => [name, [...data].map(Number)]));
};

const times = (bytes: Uint8Array, word: string): number =>
  Buffer.from(bytes).toString('latin1').split(word).length - 1;

describe('a sum of a product and a tensor', () => {
  it.each([
    ['the product first', (p: Tensor, t: Tensor) => add(p, t)],
    ['the tensor first', (p: Tensor, t: Tensor) => add(t, p)],
  ])('is one node with the numbers of two, %s', async (_, sum) => {
    const graph = new Graph();
    const [x, y, z] = inputs(graph);
    const bytes = emitModel({ sum: sum(matMul(x, y), z) });
    expect(times(bytes, 'Add_')).toBe(0);
    expect((await run(bytes)).sum).toEqual(ab.map((value, i) => value + c[i]!));
  });

  it('stays two nodes where something else reads the product', async () => {
    const graph = new Graph();
    const [x, y, z] = inputs(graph);
    const product = matMul(x, y);
    const found = await run(emitModel({ sum: add(product, z), product }));
    expect(found).toEqual({ sum: ab.map((value, i) => value + c[i]!), product: ab });
  });

  it('takes only one of two products, and a minus as a factor', async () => {
    const graph = new Graph();
    const [x, y, z] = inputs(graph);
    const found = await run(emitModel({ sum: add(matMul(neg(x), y), matMul(z, z)) }));
    const square = [c[0]! * 10 + 20 * 30, c[0]! * 20 + 20 * 40, 30 * 10 + 40 * 30, 30 * 20 + 40 * 40];
    expect(found.sum).toEqual(square.map((value, i) => value - ab[i]!));
  });
});

describe('the products of a graph', () => {
  it('are found in loops too, each once', () => {
    const graph = new Graph();
    const [x, y, z] = inputs(graph);
    const { states } = loop(graph, 'turns', [z], ({ states: [state] }) => ({
      states: [add(matMul(state!, state!), matMul(x, y))],
      perTurn: [],
    }));
    expect(productsOf({ out: add(states[0]!, matMul(x, y)) })).toHaveLength(2);
  });
});
