import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForChild } from './bundle.js';

/** SwiftShader, a graphics card in software, as Debian's chromium brings it. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const withSwiftShader = {
  VK_ICD_FILENAMES: DRIVER,
  VK_DRIVER_FILES: DRIVER,
  LD_LIBRARY_PATH: '/usr/lib/chromium',
};

/** Trains a tiny model on the provider named and prints the losses. */
const source = `
import { loadRunConfig, withAssignments } from './extension/engine/training/runConfig.js';
import { createTrainingEngine } from './extension/engine/training/trainer/onnxEngine.js';
const main = async () => {
  const config = withAssignments(await loadRunConfig('tiny'), [
    'model.prime=11', 'model.d=16', 'model.heads=2', 'model.dFf=32', 'model.layers=1', 'batch=32',
  ]);
  const engine = await createTrainingEngine(config, process.argv[2]);
  const weights = engine.initialWeights(1);
  const zeros = () => new Float32Array(weights.length);
  const { losses, gradientNorms, state } =
    await engine.run({ weights, firstMoment: zeros(), secondMoment: zeros() }, 0, 6);
  const evaluation = await engine.evaluate(state.weights);
  console.log(JSON.stringify({ losses: [...losses], gradientNorms: [...gradientNorms], evaluation }));
};
void main();
`;

/** Trains three runs of a preset as rows of one graph on the provider named and prints their losses. */
const rows = `
import { loadRunConfig, withAssignments } from './extension/engine/training/runConfig.js';
import { createTrainingEngine, ReplicaPool } from './extension/engine/training/trainer/onnxEngine.js';
const main = async () => {
  const [provider, preset, ...small] = process.argv.slice(2);
  const config = withAssignments(await loadRunConfig(preset), [
    'model.prime=11', 'model.d=16', 'model.heads=2', 'model.dFf=32', 'batch=32', ...small,
  ]);
  const pool = new ReplicaPool();
  const engines = [];
  for (let row = 0; row < 3; row++) engines.push(await createTrainingEngine(config, provider, { pool }));
  const results = await Promise.all(engines.map((engine, row) => {
    const weights = engine.initialWeights(row);
    const zeros = () => new Float32Array(weights.length);
    return engine.run({ weights, firstMoment: zeros(), secondMoment: zeros() }, 0, 4);
  }));
  console.log(JSON.stringify(results.map(({ losses }) => [...losses])));
};
void main();
`;

/** Takes steps with onnxruntime's profiler on and prints which provider ran the products of matrices, and how often. */
const profiled = `
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadRunConfig, withAssignments } from './extension/engine/training/runConfig.js';
import { buildModel } from './extension/engine/models/model.js';
import { initialise } from './extension/engine/models/initialise.js';
import { openStepGraph } from './extension/engine/training/trainer/stepGraph.js';
const main = async () => {
  const [provider, folder] = process.argv.slice(2);
  const { model, data } = withAssignments(await loadRunConfig('tiny'), [
    'model.prime=11', 'model.d=16', 'model.heads=2', 'model.dFf=32', 'model.layers=1',
  ]);
  const graph = await openStepGraph(
    { descriptor: { model, data }, optimiser: { beta1: 0.9, beta2: 0.98, eps: 1e-8 }, batch: 8, dtype: 'float32', decayedParameters: 'all', gradientBases: [] },
    1, { provider, profilePrefix: path.join(folder, 'profile') },
  );
  const { parameters, count } = buildModel({ model, data });
  const zeros = () => new Float32Array(count);
  const plan = { batches: { size: 8, fill: () => undefined }, pairs: new Int32Array(16), labels: [new Int32Array(8)], learningRate: () => 1e-3, weightDecay: 1, gradientChanges: [] };
  await graph.run([{ plan, fromStep: 0, state: { weights: initialise(parameters, 1), firstMoment: zeros(), secondMoment: zeros() } }], 2);
  await graph.dispose();
  const [file] = readdirSync(folder);
  const counts = {};
  for (const { args } of JSON.parse(readFileSync(path.join(folder, file), 'utf8'))) {
    if (!/^(Mat|Ge)/.test(args?.op_name ?? '') || !args.provider) continue;
    counts[args.provider] = (counts[args.provider] ?? 0) + 1;
  }
  console.log(JSON.stringify(counts));
};
void main();
`;

interface Trained {
  losses: number[];
  gradientNorms: number[];
  evaluation: { testAccuracy: { add: number }; testLoss: number };
}

describe('training on WebGPU', () => {
  let child: string;
  let together: string;
  let profiler: string;
  beforeAll(async () => {
    child = await bundleForChild(source, 'webgpu');
    together = await bundleForChild(rows, 'webgpu-rows');
    profiler = await bundleForChild(profiled, 'webgpu-profile');
  });
  afterAll(() => [child, together, profiler].forEach((file) => rmSync(file)));

  const train = (provider: string, environment: Record<string, string> = {}): Trained => {
    const env = { ...process.env, ...environment };
    return JSON.parse(
      execFileSync(process.execPath, [child, provider], { env, encoding: 'utf8' }),
    ) as Trained;
  };

  it.runIf(existsSync(DRIVER))(
    `gives the CPU's losses (run where ${DRIVER} is there)`,
    () => {
      const onCpu = train('cpu');
      const onWebGpu = train('webgpu', withSwiftShader);
      expect(onCpu.losses).toHaveLength(6);
      expect(onCpu.losses.every((loss) => loss > 1 && loss < 10)).toBe(true);
      onCpu.losses.forEach((loss, i) => expect(Math.abs(onWebGpu.losses[i]! - loss)).toBeLessThan(1e-3));
      expect(Math.abs(onWebGpu.evaluation.testLoss - onCpu.evaluation.testLoss)).toBeLessThan(1e-3);
    },
    240_000,
  );

  it.runIf(existsSync(DRIVER)).each([
    ['encoder', ['tiny']],
    ['scale-invariant model', ['2606.04405-lrd', 'model.layers=1']],
  ])(
    'gives the losses of the CPU for rows of one graph of the %s',
    (_name, args) => {
      const losses = (provider: string, environment: Record<string, string> = {}): number[][] =>
        JSON.parse(
          execFileSync(process.execPath, [together, provider, ...args], {
            env: { ...process.env, ...environment },
            encoding: 'utf8',
          }),
        ) as number[][];
      const onCpu = losses('cpu');
      const onWebGpu = losses('webgpu', withSwiftShader);
      expect(new Set(onCpu.map(([first]) => first)).size).toBe(3);
      onCpu.forEach((row, i) =>
        row.forEach((loss, step) => expect(Math.abs(onWebGpu[i]![step]! - loss)).toBeLessThan(1e-3)),
      );
    },
    240_000,
  );

  it.runIf(existsSync(DRIVER))(
    'runs its products of matrices there, and none on the CPU',
    () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'wg-profile-'));
      try {
        const output = execFileSync(process.execPath, [profiler, 'webgpu', folder], {
          env: { ...process.env, ...withSwiftShader },
          encoding: 'utf8',
        });
        const counts = JSON.parse(output) as Record<string, number>;
        expect(Object.keys(counts)).toEqual(['WebGpuExecutionProvider']);
        expect(counts.WebGpuExecutionProvider).toBeGreaterThan(20);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    240_000,
  );
});
