import path from 'node:path';
import * as v from 'valibot';
import { inspectSettingsSchema } from '../../contract/report.js';
import { SweepTime, type SweepTimeRun } from '../../contract/sweepTime.js';
import { TimeLeft } from '../../contract/timeLeft.js';
import { openEvaluate } from '../../engine/evaluation/openEvaluate.js';
import { inspect } from '../../engine/inspection/inspect.js';
import { cellsOf } from '../../engine/runs/grid.js';
import { runSweep } from '../../engine/runs/runSweep.js';
import { beginSweep } from '../../engine/runs/sweepFile.js';
import { RunControl } from '../../engine/training/trainer/runControl.js';
import { train } from '../../engine/training/trainer/train.js';
import { workPerStep } from '../../queue/sharing.js';
import { encoderRun } from './encoderRun.js';
import { seriesFolder } from './inspect.js';
import type { Bench, BenchContext, Measurement } from './bench.js';

/** Moments at which the estimate is read, as shares of the task's total time. */
const moments = [0.25, 0.5, 0.75];

/** The estimates made during a task. */
class Spoken {
  private readonly start = performance.now();
  private readonly words: {
    readonly at: number;
    readonly left: number | undefined;
    readonly done: number;
  }[] = [];

  note(done: number, left: number | undefined): void {
    this.words.push({ at: this.now, left, done });
  }

  get now(): number {
    return performance.now() - this.start;
  }

  /** For each moment: estimate over truth. */
  measurements(name: string): Measurement[] {
    const whole = this.now;
    const back = this.words.filter(({ done }, i) => i > 0 && done < this.words[i - 1]!.done).length;
    return moments.map((share): Measurement => {
      const last = this.words.findLast(({ at }) => at <= share * whole);
      const left = whole * (1 - share);
      const waited = last === undefined ? 0 : share * whole - last.at;
      const estimate = last?.left === undefined ? NaN : Math.max(0, last.left - waited);
      return {
        name: `${name}, at ${100 * share} % of ${(whole / 1000).toFixed(0)} s`,
        unit: 's left',
        ours: estimate / 1000,
        peer: { name: 'what it took', value: left / 1000 },
        ratio: estimate / left,
        aim: 'between 0.7 and 1.3',
        note: `the percentage went back ${back} times`,
      };
    });
  }
}

const inspection = async (): Promise<Measurement[]> => {
  const time = new TimeLeft();
  const spoken = new Spoken();
  await inspect(
    { path: seriesFolder(), settings: v.parse(inspectSettingsSchema, {}) },
    {
      signal: new AbortController().signal,
      onAddition: () => undefined,
      evaluator: openEvaluate,
      onProgress: ({ fraction, msLeft }) => {
        time.report(fraction, spoken.now, msLeft);
        spoken.note(time.fraction, time.left(spoken.now));
      },
    },
  );
  return spoken.measurements(`inspection of ${path.basename(seriesFolder())}`);
};

const size = { prime: 97, d: 64, heads: 4, dFf: 128, layers: 1 };
const trainingSteps = 3000;

const training = async ({ temporaryFolder }: BenchContext): Promise<Measurement[]> => {
  const config = encoderRun(size, {
    ...{ batch: 512, maxSteps: trainingSteps, evaluateEvery: 100, checkpointEvery: 100 },
  });
  const time = new TimeLeft();
  const spoken = new Spoken();
  const report = (step: number): void => {
    time.report(step / trainingSteps, spoken.now);
    spoken.note(time.fraction, time.left(spoken.now));
  };
  const out = path.join(temporaryFolder, 'run');
  await train({ config, out, provider: 'cpu' }, new RunControl(), {
    metrics: ({ step }) => report(step),
    advanced: report,
  });
  return spoken.measurements(`training, ${trainingSteps} steps`);
};

const sweepSteps = 1500;

/** Two small models and two of four times their cost, in queue order. */
const sweep = async ({ temporaryFolder }: BenchContext): Promise<Measurement[]> => {
  const base = encoderRun(size, {
    ...{ batch: 512, maxSteps: sweepSteps, evaluateEvery: 100, checkpointEvery: 100 },
  });
  const scales = [
    { name: 'small', model: encoderRun({ ...size, d: 32, dFf: 64 }, { batch: 512 }).model },
    { name: 'large', model: base.model },
  ];
  const grid = {
    ...{ name: 'bench', base, scales, decays: [1], seeds: [0, 1] },
    tasks: [['add' as const]],
  };
  const folder = path.join(temporaryFolder, 'sweep');
  await beginSweep(folder, grid);
  const cells = cellsOf(grid);
  const rows = new Map<string, SweepTimeRun>(
    cells.map(({ name, config }) => [
      name,
      { status: 'queued', step: 0, of: config.maxSteps, costPerStep: workPerStep(config) },
    ]),
  );
  const time = new SweepTime();
  const spoken = new Spoken();
  const set = (name: string, row: Pick<SweepTimeRun, 'status' | 'step'>): void => {
    rows.set(name, { ...rows.get(name)!, ...row });
    time.report([...rows.values()], spoken.now);
    spoken.note(time.fraction, time.left(spoken.now));
  };
  await runSweep(folder, cells, {
    ...{ signal: new AbortController().signal, provider: 'cpu' },
    onRun: ({ name }) => ({
      started: () => set(name, { status: 'running', step: 0 }),
      advanced: (step) => set(name, { status: 'running', step }),
      metrics: ({ step }) => set(name, { status: 'running', step }),
    }),
    onEnded: ({ name }, { lastStep }) => set(name, { status: 'finished', step: lastStep }),
  });
  return spoken.measurements(`sweep of ${cells.length} runs`);
};

const tasks = [
  { name: 'inspection', measure: inspection },
  { name: 'training', measure: training },
  { name: 'sweep', measure: sweep },
];

/** The estimated time left beside the actual time. */
export const timeLeftBench: Bench = {
  name: 'time-left',
  summary: 'the time left that is said at a quarter, half and three quarters, beside what it took',
  async run(context) {
    const measurements: Measurement[] = [];
    for (const { name, measure } of tasks.filter((task) => context.isWanted(task.name)))
      measurements.push(...(await measure({ ...context, say: (line) => context.say(`${name}: ${line}`) })));
    return measurements;
  },
};
