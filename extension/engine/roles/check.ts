import type { Reply } from '../../contract/calls.js';
import { checkSchemas, type CheckCalls } from '../../contract/gpuCheck.js';
import type { RunConfig } from '../../contract/run.js';
import { serveParent } from '../ground/serving/channel.js';
import { stepsPerSecond } from '../runs/rowsOnDevice.js';
import { webgpuLimits } from '../runtime/webgpuLimits.js';
import { parityOf } from '../training/check/parity.js';
import { loadRunConfig } from '../training/runConfig.js';
import { createTrainingEngine } from '../training/trainer/onnxEngine.js';

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });
const KIBIBYTE = 1024;
const EVALUATIONS = 3;

/** The papers' encoder: 290,401 parameters, batch 512. */
const standard = (): Promise<RunConfig> => loadRunConfig('2602.16746-add');

/** The role `check` of the engine's bundle: measures one provider for its parent. */
export const serveCheck = (): void =>
  serveParent<CheckCalls>(checkSchemas, {
    parity: async (provider) => ok(await parityOf(provider)),
    pace: async (provider, replicas) =>
      ok({
        stepsPerSecond: await stepsPerSecond(await standard(), provider, replicas),
        memoryBytes: process.resourceUsage().maxRSS * KIBIBYTE,
      }),
    evaluation: async (provider) => {
      const engine = await createTrainingEngine(await standard(), provider);
      try {
        const weights = engine.initialWeights(0);
        let milliseconds = Infinity;
        let testLoss = 0;
        for (let i = 0; i < EVALUATIONS; i++) {
          const start = performance.now();
          ({ testLoss } = await engine.evaluate(weights));
          milliseconds = Math.min(milliseconds, performance.now() - start);
        }
        return ok({ testLoss, milliseconds });
      } finally {
        await engine.dispose();
      }
    },
    limits: async () => ok(await webgpuLimits()),
  });
