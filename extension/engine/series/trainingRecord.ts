import { keptByDecay } from '../../contract/keptByDecay.js';
import path from 'node:path';
import * as v from 'valibot';
import type { RunConfig } from '../../contract/run.js';
import { limits, readText } from '../../disk/regularFile.js';
import { readRunFile } from '../training/run/runDirectory.js';

/** A run's decoupled weight decay on record. */
export interface TrainingRecord {
  /** The file of the record. */
  readonly path: string;
  readonly decayed: RunConfig['decayedParameters'];
  /** Π_{s ≤ step} (1 − η_s λ): the share of θ_0 that decay alone leaves after this step. */
  readonly keptAfter: (step: number) => number;
  /** The share from one step to a later one: representable even if both shares of θ_0 underflow. */
  readonly keptBetween: (from: number, to: number) => number;
}

type Rates = Pick<RunConfig, 'learningRate' | 'warmupSteps' | 'weightDecay' | 'decayedParameters'>;

/** `run-info.json` of PyTorch runs; its decay counts as AdamW's, of all parameters. */
const otherRecord = v.object({
  lr: v.pipe(v.number(), v.finite(), v.minValue(0)),
  weight_decay: v.pipe(v.number(), v.finite(), v.minValue(0)),
});

/**
 * The record beside checkpoints, or in the folder above them where that is about them: a run's `run.json`, or a `run-info.json` with `lr` and
 * `weight_decay`. Undefined where there is none that can be read: decay is then fitted.
 */
export const trainingRecord = async (
  root: string,
  looksAbove = true,
): Promise<TrainingRecord | undefined> => {
  for (const folder of new Set([root, ...(looksAbove ? [path.dirname(root)] : [])])) {
    const run = await readRunFile(folder).catch(() => undefined);
    if (run !== undefined) return recordOf(path.join(folder, 'run.json'), run.config);
    const file = path.join(folder, 'run-info.json');
    const other = v.safeParse(otherRecord, await jsonIn(file));
    if (other.success) {
      const { lr, weight_decay: weightDecay } = other.output;
      return recordOf(file, { learningRate: lr, warmupSteps: 0, weightDecay, decayedParameters: 'all' });
    }
  }
  return undefined;
};

const jsonIn = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readText(file, limits.settings)) as unknown;
  } catch {
    return undefined;
  }
};

const recordOf = (file: string, rates: Rates): TrainingRecord => {
  const keptBetween = (from: number, to: number): number => keptByDecay(rates, from, to);
  return {
    ...{ path: file, decayed: rates.decayedParameters, keptBetween },
    keptAfter: (step) => keptBetween(0, step),
  };
};
