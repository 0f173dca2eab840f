import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GeometryError } from '../../../../extension/contract/errors.js';
import { createSession } from '../../../../extension/engine/runtime/session.js';
import { emitModel } from '../../../../extension/engine/graph/emitModel.js';
import { gradients } from '../../../../extension/engine/graph/gradients.js';
import * as arithmetic from '../../../../extension/engine/graph/operators/arithmetic.js';
import { expand } from '../../../../extension/engine/graph/operators/broadcast.js';
import { erf, erfGate } from '../../../../extension/engine/graph/operators/erf.js';
import { constant, input } from '../../../../extension/engine/graph/operators/input.js';
import { concat, reshape, split, transpose } from '../../../../extension/engine/graph/operators/layout.js';
import { takeRows } from '../../../../extension/engine/graph/operators/lookup.js';
import { matMul } from '../../../../extension/engine/graph/operators/matmul.js';
import { layerNorm, rmsNorm } from '../../../../extension/engine/graph/operators/normalisation.js';
import { reduceMean, reduceSum } from '../../../../extension/engine/graph/operators/reduction.js';
import { logSoftmax, softmax } from '../../../../extension/engine/graph/operators/softmax.js';
import { elementCount, Graph, type Shape, type Tensor } from '../../../../extension/engine/graph/tensor.js';

interface Sides {
  readonly r: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** An expression of some inputs whose gradient is under test. */
interface Case {
  readonly name: string;
  readonly shapes: (sides: Sides) => readonly Shape[];
  readonly make: (inputs: readonly Tensor[], sides: Sides) => Tensor;
  /** Inputs above 1/2: for roots, logarithms and divisors. */
  readonly positive?: boolean;
}

const one = (make: (x: Tensor) => Tensor) => (inputs: readonly Tensor[]) => make(inputs[0]!);
const two = (make: (a: Tensor, b: Tensor) => Tensor) => (inputs: readonly Tensor[]) =>
  make(inputs[0]!, inputs[1]!);
const matrix = ({ m, n }: Sides): readonly Shape[] => [[m, n]];
const stack = ({ r, m, n }: Sides): readonly Shape[] => [[r, m, n]];
const repeatedPairs: readonly ((sides: Sides) => readonly Shape[])[] = [
  ({ m, n }) => [
    [m, n],
    [m, n],
  ],
  ({ r, m, n }) => [
    [r, m, n],
    [m, 1],
  ],
  ({ m, n }) => [
    [1, n],
    [m, 1],
  ],
  ({ m, n }) => [[n], [m, n]],
];

const unary = (['neg', 'exp', 'log', 'sqrt', 'sigmoid'] as const).map((name): Case => ({
  name,
  shapes: matrix,
  make: one(arithmetic[name]),
  positive: true,
}));
const binary = (['add', 'sub', 'mul', 'div'] as const).flatMap((name) =>
  repeatedPairs.map((shapes, i): Case => ({
    name: `${name} ${i}`,
    shapes,
    make: two(arithmetic[name]),
    positive: true,
  })),
);
const products = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) =>
    [false, true].map((stacked): Case => ({
      name: `matMul${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}${stacked ? ' stacked' : ''}`,
      shapes: ({ r, m, n, k }) => {
        const lead = stacked ? [r] : [];
        return [
          [...lead, ...(transposeA ? [k, m] : [m, k])],
          [...lead, ...(transposeB ? [n, k] : [k, n])],
          stacked ? [r, 1, n] : [n],
        ];
      },
      make: ([a, b, c]) => matMul(a!, b!, { transposeA, transposeB, alpha: 0.7, plus: c! }),
    })),
  ),
);

const cases: readonly Case[] = [
  ...unary,
  ...binary,
  ...products,
  { name: 'erf', shapes: matrix, make: one(erf) },
  { name: 'erfGate', shapes: matrix, make: one(erfGate) },
  { name: 'softmax', shapes: stack, make: one((x) => softmax(x, 1)) },
  { name: 'logSoftmax', shapes: stack, make: one((x) => logSoftmax(x, -1)) },
  { name: 'layerNorm', shapes: ({ m, n }) => [[m, n + 2]], make: one((x) => layerNorm(x, 1e-2)) },
  { name: 'rmsNorm', shapes: stack, make: one((x) => rmsNorm(x, 1e-2)) },
  { name: 'reduceSum', shapes: stack, make: one((x) => reduceSum(x, [0, -1])) },
  { name: 'reduceMean', shapes: stack, make: one((x) => reduceMean(x, [1])) },
  { name: 'expand', shapes: ({ m }) => [[m, 1]], make: ([x], { r, m, n }) => expand(x!, [r, m, n]) },
  { name: 'reshape', shapes: matrix, make: ([x], { m, n }) => reshape(x!, [n, m]) },
  { name: 'transpose', shapes: stack, make: one((x) => transpose(x, [2, 0, 1])) },
  {
    name: 'split, one piece unread, in levels',
    shapes: ({ m }) => [[m, 18]],
    make: one((x) => {
      const pieces = split(x, -1, [2, 2, 2, 2, 2, 2, 2, 2, 2]);
      return arithmetic.mul(pieces[0]!, pieces[8]!);
    }),
  },
  {
    name: 'concat, in levels',
    shapes: ({ m, n }) => Array.from({ length: 9 }, () => [m, n]),
    make: (inputs) => concat(inputs, -1),
  },
  {
    name: 'takeRows',
    shapes: matrix,
    make: ([table], { m }) => takeRows(table!, constant(table!.graph, 'int32', [4], [0, m - 1, 0, m - 1])),
  },
  {
    name: 'takeRows per replica',
    shapes: stack,
    make: ([table], { r, m }) =>
      takeRows(
        table!,
        constant(
          table!.graph,
          'int32',
          [r, 3],
          Array.from({ length: 3 * r }, (_, i) => i % m),
        ),
      ),
  },
  {
    name: 'takeRows, the same of every replica',
    shapes: stack,
    make: ([table], { m }) => takeRows(table!, constant(table!.graph, 'int32', [3], [0, m - 1, 0])),
  },
];

const STEP = 1e-5;

/** The analytic gradient beside central differences, both of Σ (expression · fixed weights). */
const compare = async ({ shapes, make, positive }: Case, sides: Sides, seed: number): Promise<number> => {
  const graph = new Graph();
  const inputs = shapes(sides).map((shape, i) => input(graph, `x${i}`, 'float64', shape));
  const result = make(inputs, sides);
  const weights = Array.from({ length: elementCount(result.shape) }, (_, i) => Math.cos(seed + 1.7 * i));
  const loss = reduceSum(
    reshape(arithmetic.mul(result, constant(graph, 'float64', result.shape, weights)), [weights.length]),
    [0],
  );
  const found = gradients(loss, inputs);
  const session = await createSession(
    emitModel({ loss, ...Object.fromEntries(found.map((gradient, i) => [`g${i}`, gradient])) }),
    { provider: 'cpu', threads: 1 },
  );
  const values = inputs.map(({ shape }, i) =>
    Float64Array.from({ length: elementCount(shape) }, (_, j) => {
      const value = Math.sin(seed * 3.1 + i + 2.3 * j);
      return positive === true ? Math.abs(value) + 0.6 : 1.5 * value;
    }),
  );
  const feeds = () =>
    Object.fromEntries(values.map((data, i) => [`x${i}`, { data, dims: inputs[i]!.shape }]));
  const lossAt = async () => ((await session.run(feeds())).loss!.data as Float64Array)[0]!;
  const analytic = await session.run(feeds());
  let worst = 0;
  for (const [i, data] of values.entries()) {
    for (let j = 0; j < data.length; j++) {
      const at = data[j]!;
      data[j] = at + STEP;
      const above = await lossAt();
      data[j] = at - STEP;
      const below = await lossAt();
      data[j] = at;
      const slope = (above - below) / (2 * STEP);
      const ours = (analytic[`g${i}`]!.data as Float64Array)[j]!;
      worst = Math.max(worst, Math.abs(ours - slope) / Math.max(1, Math.abs(slope)));
    }
  }
  await session.dispose();
  return worst;
};

describe('every operator’s gradient is the limit of finite differences', () => {
  it.each(cases)('$name', async (tested) => {
    const side = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ r: fc.integer({ min: 2, max: 3 }), m: side, n: side, k: side }),
        fc.integer({ min: 0, max: 1000 }),
        async (sides, seed) => {
          expect(await compare(tested, sides, seed)).toBeLessThan(1e-7);
        },
      ),
      { numRuns: 4 },
    );
  });
});

describe('shape errors name the operator and the tensors', () => {
  const graph = new Graph();
  const a = input(graph, 'left', 'float32', [2, 3]);
  const b = input(graph, 'right', 'float32', [4, 5]);
  it.each([
    { name: 'MatMul', make: () => matMul(a, b) },
    { name: 'Add', make: () => arithmetic.add(a, b) },
    { name: 'Concat', make: () => concat([a, b], 0) },
  ])('$name', ({ name, make }) => {
    expect(make).toThrow(GeometryError);
    expect(make).toThrow(new RegExp(`^${name}\\(left float32\\[2, 3\\]; right float32\\[4, 5\\]\\)`));
  });
});

describe('erf in float64', () => {
  it('is odd, bounded, and right to two units in the last place at known points', async () => {
    // Abramowitz and Stegun, and mpmath at 60 digits.
    const known = [
      [0, 0],
      [0.1, 0.1124629160182848922],
      [0.5, 0.5204998778130465377],
      [1, 0.8427007929497148693],
      [2, 0.9953222650189527342],
      [3, 0.9999779095030014146],
      [7, 1],
    ] as const;
    const x = Float64Array.from(known.flatMap(([at]) => [at, -at]));
    const graph = new Graph();
    const session = await createSession(emitModel({ y: erf(input(graph, 'x', 'float64', [x.length])) }), {
      provider: 'cpu',
      threads: 1,
    });
    const y = (await session.run({ x: { data: x, dims: [x.length] } })).y!.data as Float64Array;
    for (const [i, [, value]] of known.entries()) {
      expect(Math.abs(y[2 * i]! - value)).toBeLessThanOrEqual(4.5e-16);
      expect(y[2 * i + 1]! + y[2 * i]!).toBe(0);
    }
    await session.dispose();
  });
});
