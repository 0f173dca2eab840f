import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../extension/engine/checkpoints/openCheckpoint.js';
import { emitModel } from '../../../../extension/engine/graph/emitModel.js';
import { input } from '../../../../extension/engine/graph/operators/input.js';
import { cubicNewtonSchulz } from '../../../../extension/engine/graph/operators/newtonSchulz.js';
import { Graph } from '../../../../extension/engine/graph/tensor.js';
import { singularValues } from '../../../../extension/engine/linalg/singularValues.js';
import { svd } from '../../../../extension/engine/linalg/svd.js';
import { createSession } from '../../../../extension/engine/runtime/session.js';
import { exactPolar } from '../../../../extension/engine/training/optimiser/exactPolar.js';
import { reference } from '../../references.js';

interface Polar {
  readonly eps: number;
  readonly matrices: Record<
    string,
    {
      readonly prescribed: readonly number[];
      readonly rank: number;
      readonly byIterations: Record<
        string,
        {
          readonly frobeniusError: number;
          readonly spectralError: number;
          readonly nuclear: number;
          readonly trueNuclear: number;
          readonly valuesAlongSingularVectors: readonly number[];
        }
      >;
      readonly shrinkage: Record<string, readonly number[]> & { readonly amount: number };
    }
  >;
}

interface Square {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

const { polar: oracle } = JSON.parse(readFileSync(reference('oracle/2606.04405.json'), 'utf8')) as {
  polar: Polar;
};

const matrixOf = async (name: string): Promise<Square> => {
  const checkpoint = await openCheckpoint(reference('oracle/2606.04405-polar.safetensors'));
  const { shape, elements } = checkpoint.tensors.find((tensor) => tensor.name === name)!;
  const data = Float64Array.from(await checkpoint.read(name, 0, elements));
  await checkpoint.close();
  return { rows: shape[0]!, columns: shape[1]!, data };
};

const newtonSchulz = async ({ rows, columns, data }: Square, iterations: number, eps: number) => {
  const graph = new Graph();
  const stack = input(graph, 'stack', 'float64', [1, rows, columns]);
  const session = await createSession(emitModel({ polar: cubicNewtonSchulz(stack, iterations, eps) }), {
    provider: 'cpu',
    threads: 1,
  });
  const { polar } = await session.run({ stack: { data, dims: [1, rows, columns] } });
  await session.dispose();
  return Float64Array.from(polar!.data as Float64Array);
};

/** uᵢᵀ X vᵢ for the leading singular vectors. */
const along = ({ u, v }: Awaited<ReturnType<typeof svd>>, x: Float64Array, count: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let row = 0; row < u.rows; row++)
      for (let column = 0; column < v.rows; column++)
        sum += u.data[row * u.columns + i]! * x[row * v.rows + column]! * v.data[column * v.columns + i]!;
    return sum;
  });

const close = (ours: number, theirs: number, relative: number, absolute: number): void =>
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(relative * Math.abs(theirs) + absolute);

describe('Newton–Schulz beside the exact polar factor', () => {
  describe.each(Object.entries(oracle.matrices))('%s', (name, facts) => {
    it.each([5, 10, 20, 30])('has the errors that PyTorch has after %i iterations', async (iterations) => {
      const matrix = await matrixOf(name);
      const x = await newtonSchulz(matrix, iterations, oracle.eps);
      const { polar } = await exactPolar(matrix);
      const theirs = facts.byIterations[iterations]!;
      const decomposition = await svd(matrix);
      const error = x.map((value, i) => value - polar[i]!);
      const spectrum = await singularValues({ ...matrix, data: error });
      // Where nothing is left but rounding, its size is all that can agree.
      close(Math.hypot(...error), theirs.frobeniusError, 1e-6, 1e-9);
      close(spectrum.values[0]!, theirs.spectralError, 1e-6, 1e-9);
      along(decomposition, x, facts.rank).forEach((value, i) =>
        close(value, theirs.valuesAlongSingularVectors[i]!, 1e-6, 1e-9),
      );
      const nuclear = x.reduce((sum, value, i) => sum + value * matrix.data[i]!, 0);
      close(nuclear, theirs.nuclear, 1e-6, 0);
    });

    it('makes max(σ − c, 0) of values that 30 iterations resolve, and not of those that 5 do', async () => {
      const matrix = await matrixOf(name);
      const { amount } = facts.shrinkage;
      const shrunk = async (iterations: number) => {
        const x = await newtonSchulz(matrix, iterations, oracle.eps);
        const data = matrix.data.map((value, i) => value - amount * x[i]!);
        return (await singularValues({ ...matrix, data })).values;
      };
      const after = { 5: await shrunk(5), 30: await shrunk(30) };
      for (const iterations of [5, 30] as const) {
        after[iterations].forEach((value, i) =>
          close(value, facts.shrinkage[iterations]![i]!, 1e-6, 1e-9 * Math.max(amount, 1e-3)),
        );
      }
      // A value above the threshold whose relative size 1.5^30 brings to one.
      const size = Math.hypot(...facts.prescribed);
      const resolved = facts.prescribed.filter((value) => value > 2 * amount && value > 1e-3 * size);
      const worst = (values: Float64Array): number =>
        Math.max(...resolved.map((value, i) => Math.abs(values[i]! - (value - amount)))) / amount;
      expect(worst(after[30])).toBeLessThan(1e-6);
      expect(worst(after[5])).toBeGreaterThan(1e-4);
    });
  });
});
