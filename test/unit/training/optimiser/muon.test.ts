import { describe, expect, it } from 'vitest';
import { singularValues } from '../../../../extension/engine/linalg/singularValues.js';
import { gradientGraph } from '../../../../extension/engine/models/forwardGraph.js';
import { splitPairs } from '../../../../extension/engine/models/tasks/split.js';
import { taskLabels } from '../../../../extension/engine/models/tasks/tasks.js';
import { createSession } from '../../../../extension/engine/runtime/session.js';
import { loadRunConfig, withAssignments } from '../../../../extension/engine/training/runConfig.js';
import { createTrainingEngine } from '../../../../extension/engine/training/trainer/onnxEngine.js';

type Rows = readonly (readonly number[])[];
const times = (a: Rows, b: Rows): Rows =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const turned = (a: Rows): Rows => a[0]!.map((_, j) => a.map((row) => row[j]!));
const combined = (x: number, a: Rows, y: number, b: Rows): Rows =>
  a.map((row, i) => row.map((value, j) => x * value + y * b[i]![j]!));

/** `torch.optim._muon._zeropower_via_newtonschulz`, in float64. */
const orthogonalised = (matrix: Rows): Rows => {
  const tall = matrix.length > matrix[0]!.length;
  const norm = Math.hypot(...matrix.flat());
  let x = (tall ? turned(matrix) : matrix).map((row) => row.map((value) => value / norm));
  for (let k = 0; k < 5; k++) {
    const gram = times(x, turned(x));
    x = combined(3.4445, x, 1, times(combined(-4.775, gram, 2.0315, times(gram, gram)), x)) as number[][];
  }
  return tall ? turned(x) : x;
};

describe('Muon', () => {
  it.each([true, false])('takes the steps of torch.optim.Muon, Nesterov %s', async (nesterov) => {
    const config = withAssignments(await loadRunConfig('tiny'), [
      ...['model.prime=7', 'model.d=8', 'model.heads=2', 'model.dFf=16', 'batch=full', 'dtype=float64'],
      ...['learningRate=0.02', 'weightDecay=0.1', 'clipNorm=null', `muon.nesterov=${nesterov}`],
    ]);
    const engine = await createTrainingEngine(config, 'cpu', { threads: 1 });
    const descriptor = { model: config.model, data: config.data };
    const { train } = splitPairs(7, config.data.split);
    const batch = train.length / 2;
    const { bytes } = gradientGraph({ descriptor, replicas: 1, batch, dtype: 'float64' });
    const session = await createSession(bytes, { provider: 'cpu', threads: 1 });
    const tokens = new Int32Array(2 * batch);
    train.forEach((token, i) => (tokens[(i % 2) * batch + (i >> 1)] = token));
    const gradientAt = async (weights: Float64Array): Promise<Float64Array> => {
      const { gradient } = await session.run({
        parameters: { data: weights, dims: [1, weights.length] },
        tokens: { data: tokens, dims: [1, 2, batch] },
        labels: { data: taskLabels('add', train, 7), dims: [1, 1, batch] },
      });
      return gradient!.data as Float64Array;
    };
    const named = (row: Float64Array, name: string): Rows => {
      const { data, shape } = engine.tensors(row).find((tensor) => tensor.name === name)!;
      return Array.from({ length: shape[0]! }, (_, i) =>
        Array.from(data.subarray(i * shape[1]!, (i + 1) * shape[1]!)),
      );
    };
    const weights = engine.initialWeights(2) as Float64Array;
    let state = { weights, firstMoment: weights.slice().fill(0), secondMoment: weights.slice().fill(0) };
    // 8 × 16 and 16 × 8: either side the smaller.
    const names = ['enc.layers.0.linear1.weight', 'enc.layers.0.linear2.weight'];
    const buffers = names.map((name) => named(weights.slice().fill(0), name));
    for (let step = 0; step < 3; step++) {
      const gradient = await gradientAt(state.weights);
      const expected = names.map((name, i) => {
        const slope = named(gradient, name);
        buffers[i] = combined(0.95, buffers[i]!, 0.05, slope);
        const update = nesterov ? combined(0.05, slope, 0.95, buffers[i]) : buffers[i];
        const ratio = Math.sqrt(Math.max(1, slope.length / slope[0]!.length));
        return combined(1 - 0.02 * 0.1, named(state.weights, name), -0.02 * ratio, orthogonalised(update));
      });
      const result = await engine.run(state, step, 1);
      state = result.state as typeof state;
      names.forEach((name, i) => {
        named(state.weights, name).forEach((row, r) =>
          row.forEach((value, c) => expect(Math.abs(value - expected[i]![r]![c]!)).toBeLessThan(1e-9)),
        );
      });
    }
    await session.dispose();
    await engine.dispose();
  });

  it('moves a matrix by singular values of 0.7 to 1.2 times the rate', async () => {
    const config = withAssignments(await loadRunConfig('tiny'), [
      ...['model.prime=11', 'model.d=16', 'model.heads=2', 'model.dFf=16', 'dtype=float64'],
      ...['weightDecay=0', 'muon.learningRate=0.05', 'muon.matrices=["linear1"]'],
    ]);
    const engine = await createTrainingEngine(config, 'cpu', { threads: 1 });
    const weights = engine.initialWeights(2);
    const zeros = () => weights.slice().fill(0);
    const { state } = await engine.run({ weights, firstMoment: zeros(), secondMoment: zeros() }, 0, 1);
    const of = (row: typeof weights) =>
      engine.tensors(row).find(({ name }) => name.endsWith('linear1.weight'))!.data;
    const change = Float64Array.from(of(state.weights), (value, i) => value - of(weights)[i]!);
    const { values } = await singularValues({ rows: 16, columns: 16, data: change });
    expect(values[0]! / 0.05).toBeLessThan(1.25);
    expect(values[7]! / 0.05).toBeGreaterThan(0.65);
    await engine.dispose();
  });
});
