import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForChild } from './bundle.js';

/** SwiftShader, a graphics card in software, as Debian's chromium brings it. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

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

interface Trained {
  losses: number[];
  gradientNorms: number[];
  evaluation: { testAccuracy: { add: number }; testLoss: number };
}

describe('training on WebGPU', () => {
  let child: string;
  beforeAll(async () => {
    child = await bundleForChild(source, 'webgpu');
  });
  afterAll(() => rmSync(child));

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
      const onWebGpu = train('webgpu', {
        VK_ICD_FILENAMES: DRIVER,
        VK_DRIVER_FILES: DRIVER,
        LD_LIBRARY_PATH: '/usr/lib/chromium',
      });
      expect(onCpu.losses).toHaveLength(6);
      expect(onCpu.losses.every((loss) => loss > 1 && loss < 10)).toBe(true);
      onCpu.losses.forEach((loss, i) => expect(Math.abs(onWebGpu.losses[i]! - loss)).toBeLessThan(1e-3));
      expect(Math.abs(onWebGpu.evaluation.testLoss - onCpu.evaluation.testLoss)).toBeLessThan(1e-3);
    },
    240_000,
  );
});
