import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Metrics } from '../../../../extension/contract/run.js';
import { commutatorSample } from '../../../../extension/engine/evaluation/commutatorSample.js';
import { drawnBatches } from '../../../../extension/engine/evaluation/drawnBatches.js';
import { openModelSession } from '../../../../extension/engine/evaluation/modelSession.js';
import { parseRunConfig, withAssignments } from '../../../../extension/engine/training/runConfig.js';
import { readMetrics } from '../../../../extension/engine/training/run/metricsFile.js';
import { checkpointPath } from '../../../../extension/engine/training/run/runDirectory.js';
import { weightsFromCheckpoint } from '../../../../extension/engine/training/trainer/initialWeights.js';
import { createTrainingEngine } from '../../../../extension/engine/training/trainer/onnxEngine.js';
import { RunControl } from '../../../../extension/engine/training/trainer/runControl.js';
import { train } from '../../../../extension/engine/training/trainer/train.js';

/** The probe of providers starts the bundle; here the processor is taken as it is. */
const choose = () => Promise.resolve({ name: 'cpu' as const, tf32: false as const, passedOver: [] });

const config = parseRunConfig(
  {
    name: 'small',
    model: {
      kind: 'encoder',
      ...{ prime: 11, d: 16, layers: 1, heads: 2, dFf: 32, readout: 'first' },
      ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
    },
    data: {
      tasks: ['add'],
      split: { method: 'python-random-shuffle', seed: 1, trainFraction: 0.5, firstToken: 0 },
    },
    ...{ batch: 24, maxSteps: 40, evaluateEvery: 20, checkpointEvery: 10 },
    defect: { every: 10, pairs: 3, batch: 16, seed: 4 },
  },
  'small',
);

describe('the commutator defect of a run that trains', () => {
  let folder: string;
  let lines: readonly Metrics[];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'defect-'));
    const request = { config, out: path.join(folder, 'run'), provider: 'cpu' as const, threads: 1 };
    await train(request, new RunControl(), {}, { choose });
    lines = await readMetrics(request.out);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is in a line at every so many steps, between evaluations too', () => {
    expect(lines.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40]);
    expect(lines.map(({ defect }) => defect?.samples.length)).toEqual([3, 3, 3, 3, 3]);
    expect(lines.map(({ testLoss }) => testLoss !== undefined)).toEqual([true, false, true, false, true]);
  });

  it('is what the checkpoint of the step has afterwards', async () => {
    const engine = await createTrainingEngine(config, 'cpu', { threads: 1 });
    const session = openModelSession({ model: config.model, data: config.data }, { dtype: 'float64' });
    try {
      const { weights } = await weightsFromCheckpoint(checkpointPath(path.join(folder, 'run'), 30), engine);
      const [pair] = drawnBatches(session.pairs('train').a.length, { count: 3, size: 16, seed: 4 });
      const found = await commutatorSample(session, Float64Array.from(weights), pair!, 1e-3);
      const line = lines.find(({ step }) => step === 30)?.defect;
      expect(line?.samples[0]?.defect).toBeCloseTo(found.defect, 9);
      const sorted = line!.samples.map(({ defect }) => defect).sort((a, b) => a - b);
      expect(line?.median).toBe(sorted[1]);
    } finally {
      await engine.dispose();
      await session.dispose();
    }
  });

  it('changes nothing of the training', async () => {
    const out = path.join(folder, 'without');
    const without = withAssignments(config, ['defect=null']);
    await train({ config: without, out, provider: 'cpu', threads: 1 }, new RunControl(), {}, { choose });
    const losses = (all: readonly Metrics[]) =>
      all.filter(({ testLoss }) => testLoss !== undefined).map(({ testLoss, step }) => [step, testLoss]);
    expect(losses(await readMetrics(out))).toEqual(losses(lines));
  });

  it('refuses more settings than there are, and a precision that is none', () => {
    expect(() => parseRunConfig({ ...config, defect: { precision: 'float16' } }, 'x')).toThrow(/precision/);
    expect(() => parseRunConfig({ ...config, defect: { evry: 10 } }, 'x')).toThrow(/defect\.evry/);
  });
});
