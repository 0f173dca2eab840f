import path from 'node:path';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { descriptorSchema } from '../../../../extension/contract/descriptor.js';
import { openCheckpoint } from '../../../../extension/engine/checkpoints/openCheckpoint.js';
import { checkpointPath } from '../../../../extension/engine/training/run/runDirectory.js';
import { parseRunConfig } from '../../../../extension/engine/training/runConfig.js';
import { weightsFromCheckpoint } from '../../../../extension/engine/training/trainer/initialWeights.js';
import { createTrainingEngine } from '../../../../extension/engine/training/trainer/onnxEngine.js';
import { RunControl } from '../../../../extension/engine/training/trainer/runControl.js';
import { train } from '../../../../extension/engine/training/trainer/train.js';

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

it('begins a run from one, under its own names and to the last bit', async () => {
  const out = path.join(mkdtempSync(path.join(tmpdir(), 'wg-init-')), 'run');
  const file: unknown = JSON.parse(readFileSync(path.join(series, 'weight-geometry.json'), 'utf8'));
  const described = v.parse(descriptorSchema, file);
  const config = parseRunConfig({ name: 'begun', ...described, maxSteps: 2 }, 'The sample');
  const init = path.join(series, 'step_000000.pt');
  const choose = () => Promise.resolve({ name: 'cpu' as const, tf32: false as const, passedOver: [] });
  const run = await train({ config, out, provider: 'cpu', init }, new RunControl(), {}, { choose });
  expect(run).toMatchObject({ status: 'finished', lastStep: 2, init });
  const [theirs, ours] = [await openCheckpoint(init), await openCheckpoint(checkpointPath(out, 0))];
  expect(ours.tensors.map(({ name }) => name).sort()).toEqual(theirs.tensors.map(({ name }) => name).sort());
  for (const { name, shape, elements } of theirs.tensors) {
    expect(ours.tensors.find((tensor) => tensor.name === name)!.shape).toEqual(shape);
    expect(await ours.read(name, 0, elements)).toEqual(await theirs.read(name, 0, elements));
  }
  await ours.close();
  await theirs.close();
  rmSync(path.dirname(out), { recursive: true });
});
