import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { TrainRequest } from '../../../../extension/contract/calls.js';
import type { RunConfig, RunFile } from '../../../../extension/contract/run.js';
import { loadRunConfig } from '../../../../extension/engine/training/runConfig.js';
import { readMetrics } from '../../../../extension/engine/training/run/metricsFile.js';
import { RunControl } from '../../../../extension/engine/training/trainer/runControl.js';
import {
  train,
  type RunEvents,
  type TrainOptions,
} from '../../../../extension/engine/training/trainer/train.js';
import { toyEngine } from './toyEngine.js';

export const onToy = (toy: Parameters<typeof toyEngine>[1] = {}): TrainOptions => ({
  choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
  createEngine: (given) => Promise.resolve(toyEngine(given, toy)),
});

/** Runs of the toy engine, each by its name inside a folder of its own for each test. */
export class ToyRuns {
  folder = '';
  config!: RunConfig;

  constructor() {
    beforeEach(async () => {
      this.folder = mkdtempSync(path.join(tmpdir(), 'wg-train-'));
      this.config = {
        ...(await loadRunConfig('tiny')),
        maxSteps: 250,
        evaluateEvery: 40,
        checkpointEvery: 50,
        learningRate: 0.01,
      };
    });
    afterEach(() => rmSync(this.folder, { recursive: true }));
  }

  readonly request = (name: string, more: Partial<TrainRequest> = {}): TrainRequest => ({
    config: this.config,
    out: path.join(this.folder, name),
    provider: 'auto',
    ...more,
  });

  readonly run = (
    name: string,
    more: Partial<TrainRequest> = {},
    events: RunEvents = {},
    toy = {},
  ): Promise<RunFile> => train(this.request(name, more), new RunControl(), events, onToy(toy));

  /** Bytes of each checkpoint. */
  readonly checkpoints = (name: string): Record<string, string> => {
    const at = path.join(this.folder, name, 'checkpoints');
    const files = readdirSync(at).filter((file) => file.endsWith('.safetensors'));
    return Object.fromEntries(files.map((file) => [file, readFileSync(path.join(at, file), 'hex')]));
  };

  /** Speed differs from run to run; nothing else may. */
  readonly metrics = async (name: string) =>
    (await readMetrics(path.join(this.folder, name))).map((line) => ({ ...line, stepsPerSecond: 0 }));
}
