import { emitModel } from '../../engine/graph/emitModel.js';
import { add } from '../../engine/graph/operators/arithmetic.js';
import { constant, input } from '../../engine/graph/operators/input.js';
import { reshape } from '../../engine/graph/operators/layout.js';
import { takeRows } from '../../engine/graph/operators/lookup.js';
import { matMul } from '../../engine/graph/operators/matmul.js';
import { productsOf } from '../../engine/graph/productsOf.js';
import { Graph, type Shape, type Tensor } from '../../engine/graph/tensor.js';
import { createSession } from '../../engine/runtime/session.js';
import { trainingGraph } from '../../engine/training/optimiser/trainingGraph.js';
import { encoderRun } from './encoderRun.js';
import type { TrainSize } from './trainPeer.js';

/** The products of a step alone, on the same threads: a lower bound for any step that computes them. */
export interface TrainFloor {
  /** Number of products in a step, and twice their multiply-adds. */
  readonly count: number;
  readonly operations: number;
  /** Seconds of a step's products. */
  seconds(): Promise<number>;
  end(): Promise<void>;
}

interface Product {
  readonly shapes: readonly [Shape, Shape];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly result: Shape;
}

/** A model that returns one row of every product or, with `multiply` false, of a factor: the cost to subtract. */
const modelOf = (products: readonly Product[], multiply: boolean): Uint8Array => {
  const graph = new Graph();
  const fed = (shape: Shape): Tensor => input(graph, `x${shape.join('x')}`, 'float32', shape);
  const sums = new Map<number, Tensor>();
  products.forEach(({ shapes: [left, right], ...how }, i) => {
    const [a, b] = [fed(left), fed(right)];
    // Equal products are built once each, with their own factor.
    const whole = multiply ? matMul(a, b, { ...how, alpha: 1 + i * 2 ** -12 }) : a;
    const flat = reshape(whole, [whole.shape.slice(0, -1).reduce((x, y) => x * y, 1), whole.shape.at(-1)!]);
    const row = takeRows(flat, constant(graph, 'int32', [1], [multiply ? 0 : i % flat.shape[0]!]));
    const columns = row.shape.at(-1)!;
    const before = sums.get(columns);
    sums.set(columns, before === undefined ? row : add(before, row));
  });
  return emitModel(Object.fromEntries([...sums].map(([columns, sum]) => [`sum${columns}`, sum])));
};

/** Opens the products of a step of so many rows, and their inputs. */
export const openTrainFloor = async (size: TrainSize): Promise<TrainFloor> => {
  const { batch, replicas, threads } = size;
  const { model, data } = encoderRun(size, { batch });
  const { outputs } = trainingGraph({
    ...{ descriptor: { model, data }, batch, replicas, dtype: 'float32' },
    optimiser: { beta1: 0.9, beta2: 0.98, eps: 1e-8, clipNorm: 1 },
  });
  const products = productsOf(outputs).map(({ inputs, outputs: [result], attributes }): Product => {
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    return {
      shapes: [inputs[0]!.shape, inputs[1]!.shape],
      ...{ transposeA, transposeB, result: result!.shape },
    };
  });
  const shapes = new Map(
    products.flatMap(({ shapes: both }) => both).map((shape) => [shape.join('x'), shape]),
  );
  const feeds = Object.fromEntries(
    [...shapes].map(([name, shape]) => {
      const elements = shape.reduce((x, y) => x * y, 1);
      return [
        `x${name}`,
        { data: Float32Array.from({ length: elements }, (_, i) => Math.sin(i)), dims: shape },
      ];
    }),
  );
  const sessions = [
    await createSession(modelOf(products, true), { provider: 'cpu', threads }),
    await createSession(modelOf(products, false), { provider: 'cpu', threads }),
  ];
  const secondsOf = async (index: 0 | 1): Promise<number> => {
    const begun = performance.now();
    for (let run = 0; run < RUNS; run++) await sessions[index]!.run(feeds);
    return (performance.now() - begun) / 1000 / RUNS;
  };
  return {
    count: products.length,
    operations: products.reduce((sum, { shapes: [left], transposeA, result }) => {
      const inner = left.at(transposeA ? -2 : -1)!;
      return sum + 2 * inner * result.reduce((x, y) => x * y, 1);
    }, 0),
    seconds: async () => (await secondsOf(0)) - (await secondsOf(1)),
    end: async () => {
      for (const session of sessions) await session.dispose();
    },
  };
};

/** Number of step-equivalents per measurement. */
const RUNS = 10;
