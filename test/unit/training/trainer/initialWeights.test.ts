import path from 'node:path';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { descriptorSchema } from '../../../../extension/contract/descriptor.js';
import { parseRunConfig } from '../../../../extension/engine/training/runConfig.js';
import { weightsFromCheckpoint } from '../../../../extension/engine/training/trainer/initialWeights.js';
import { createTrainingEngine } from '../../../../extension/engine/training/trainer/onnxEngine.js';

const series = path.resolve(import.meta.dirname, '../../../../media/sample-series');

it("goes on from PyTorch's own file, with the accuracy that PyTorch logged for it", async () => {
  const file: unknown = JSON.parse(readFileSync(path.join(series, 'weight-geometry.json'), 'utf8'));
  const config = parseRunConfig({ name: 'continued', ...v.parse(descriptorSchema, file) }, 'The sample');
  const engine = await createTrainingEngine(config, 'cpu');
  const checkpoint = path.join(series, 'step_003800.pt');
  const { weights, sha256 } = await weightsFromCheckpoint(checkpoint, engine);
  expect(sha256).toBe(createHash('sha256').update(readFileSync(checkpoint)).digest('hex'));
  const info = JSON.parse(readFileSync(path.join(series, 'run-info.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const logged = JSON.stringify(info);
  const { testAccuracy } = await engine.evaluate(weights);
  expect(logged).toContain(String(testAccuracy.add).slice(0, 6));
  const zeros = weights.slice().fill(0);
  const { losses } = await engine.run({ weights, firstMoment: zeros, secondMoment: zeros }, 0, 1);
  // It has grokked: the loss before the first step is small.
  expect(losses[0]).toBeLessThan(0.2);
  await engine.dispose();
});
