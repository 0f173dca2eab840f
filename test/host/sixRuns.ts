import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
export const execute = promisify(execFile);

const model = {
  ...{ kind: 'encoder', prime: 11, d: 16, layers: 1, heads: 2, dFf: 32, readout: 'first' },
  ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
};
/** Two decays, three seeds. */
export const sixGrid = (maxSteps: number) => ({
  name: 'six',
  base: {
    name: 'base',
    model,
    data: {
      tasks: ['add'],
      split: { method: 'python-random-shuffle', seed: 0, trainFraction: 0.8, firstToken: 0 },
    },
    ...{ batch: 'full', learningRate: 0.01, weightDecay: 0.1 },
    ...{ maxSteps, evaluateEvery: 100, checkpointEvery: 100 },
  },
  scales: [{ name: 'narrow', model }],
  decays: [0.1, 1],
  seeds: [1, 2, 3],
  tasks: [['add']],
});
export const six = [1, 0.1].flatMap((decay) => [1, 2, 3].map((seed) => `narrow-add-wd${decay}-seed${seed}`));
/** The first three of them, with fewer checkpoints: each takes much longer than the beat of a claim. */
export const threeGrid = (maxSteps: number) => {
  const grid = sixGrid(maxSteps);
  return { ...grid, base: { ...grid.base, evaluateEvery: 1000, checkpointEvery: 1000 }, decays: [1] };
};
export const three = six.slice(0, 3);

export interface RunOnDisk {
  readonly status?: string;
  readonly lastStep: number;
  /** Process that holds it, alive or not. */
  readonly pid?: number;
}

export const json = (file: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
};

export const onDisk = (sweep: string, name: string): RunOnDisk => {
  const folder = path.join(sweep, 'runs', name);
  const run = json(path.join(folder, 'run.json'));
  const pid = json(path.join(folder, 'state/trainer.pid'))?.pid as number | undefined;
  return {
    lastStep: (run?.lastStep as number | undefined) ?? 0,
    ...(run === undefined ? {} : { status: run.status as string }),
    ...(pid === undefined ? {} : { pid }),
  };
};

export const lastWeights = (sweep: string, name: string): Buffer => {
  const folder = path.join(sweep, 'runs', name, 'checkpoints');
  return fs.readFileSync(path.join(folder, fs.readdirSync(folder).sort().at(-1)!));
};

export const stepsOf = (sweep: string, name: string): number[] =>
  fs
    .readFileSync(path.join(sweep, 'runs', name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: number }).step);

/** Trains the same grid on this machine; with several at once each has one thread. */
export const trainHere = async (
  folder: string,
  file: string,
  jobs = Math.max(2, os.availableParallelism()),
): Promise<string> => {
  const out = path.join(folder, 'here');
  await execute(process.execPath, [
    ...[cli, 'sweep', file, '--out', out],
    ...['--provider', 'cpu', '--jobs', String(jobs)],
  ]);
  return out;
};
