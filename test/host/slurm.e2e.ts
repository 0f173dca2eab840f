import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSlurm, whyNoSlurm, type SlurmNode } from './slurmNode.js';

const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const execute = promisify(execFile);

const model = {
  ...{ kind: 'encoder', prime: 11, d: 16, layers: 1, heads: 2, dFf: 32, readout: 'first' },
  ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
};
const grid = (maxSteps: number) => ({
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
const names = [1, 0.1].flatMap((decay) => [1, 2, 3].map((seed) => `narrow-add-wd${decay}-seed${seed}`));

interface RunOnDisk {
  readonly status?: string;
  readonly lastStep: number;
  /** Process that holds it, alive or not. */
  readonly pid?: number;
}
const json = (file: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
};
const onDisk = (sweep: string, name: string): RunOnDisk => {
  const folder = path.join(sweep, 'runs', name);
  const run = json(path.join(folder, 'run.json'));
  const pid = json(path.join(folder, 'state/trainer.pid'))?.pid as number | undefined;
  return {
    lastStep: (run?.lastStep as number | undefined) ?? 0,
    ...(run === undefined ? {} : { status: run.status as string }),
    ...(pid === undefined ? {} : { pid }),
  };
};
const lastWeights = (sweep: string, name: string): Buffer => {
  const folder = path.join(sweep, 'runs', name, 'checkpoints');
  return fs.readFileSync(path.join(folder, fs.readdirSync(folder).sort().at(-1)!));
};
const steps = (sweep: string, name: string): number[] =>
  fs
    .readFileSync(path.join(sweep, 'runs', name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: number }).step);

/** Trains the same grid with the command's own processes, a thread each. */
const trainHere = async (folder: string, file: string): Promise<string> => {
  const out = path.join(folder, 'here');
  const jobs = Math.max(2, os.availableParallelism());
  await execute(process.execPath, [
    cli,
    'sweep',
    file,
    '--out',
    out,
    '--provider',
    'cpu',
    '--jobs',
    String(jobs),
  ]);
  return out;
};

const reason = whyNoSlurm();
if (reason !== undefined) console.warn(`The tests with a real Slurm are skipped: ${reason}.`);

describe.skipIf(reason !== undefined)('a sweep of six on a real Slurm of one node', { retry: 0 }, () => {
  let node: SlurmNode;
  let folder: string;
  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-six-'));
    node = await startSlurm();
  }, 120_000);
  afterAll(async () => {
    // A test that failed half-way leaves elements at work.
    for (const name of names) {
      const { pid } = onDisk(path.join(folder, 'there'), name);
      if (pid !== undefined && fs.existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    }
    await node.end();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const sweep = async (...args: string[]): Promise<string> =>
    (await execute(process.execPath, [cli, 'sweep', ...args], { env: node.env })).stdout;
  /** Run → state, as the command tells it. */
  const states = async (out: string): Promise<Record<string, string>> => {
    const table = await sweep('--out', out, '--status');
    const rows = table.split('\n').flatMap((line) => {
      const [name, state] = line.split(/ {2,}/);
      return name !== undefined && names.includes(name) ? [[name, state]] : [];
    });
    return Object.fromEntries(rows) as Record<string, string>;
  };
  const until = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> => {
    const end = Date.now() + 400_000;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`Never: ${what}`);
      await pause(200);
    }
  };

  it('each run is in its true state after a kill, a requeue, a stop and a controller that is away', async () => {
    const file = path.join(folder, 'six.json');
    fs.writeFileSync(
      file, // Long enough to be at work still when a silent controller has been waited for.
      JSON.stringify(grid(40_000)),
    );
    const out = path.join(folder, 'there');
    const options = ['--on', 'slurm', '--max-at-once', '2', '--cpus-per-run', '1', '--provider', 'cpu'];
    await sweep(file, '--out', out, ...options);
    const [killed, requeued, stopped, fourth] = names as [string, string, string, string];
    let most = 0;
    const isAlive = (pid: number): boolean => fs.existsSync(`/proc/${pid}`);
    const count = setInterval(() => {
      most = Math.max(most, names.filter((name) => isAlive(onDisk(out, name).pid ?? 0)).length);
    }, 100);
    const { id } = (
      json(
        path.join(
          out,
          'cluster',
          fs.readdirSync(path.join(out, 'cluster')).find((name) => name.endsWith('.json'))!,
        ),
      ) as unknown as { parts: { id: string }[] }
    ).parts[0]!;

    await until(() => onDisk(out, killed).lastStep > 0, 'the first run begins');
    process.kill(onDisk(out, killed).pid!, 'SIGKILL');
    await until(() => onDisk(out, requeued).lastStep > 0, 'the second run begins');
    node.command('scontrol', 'requeue', `${id}_1`);
    await until(() => onDisk(out, requeued).status === 'stopped', 'the requeued run writes a checkpoint');
    await until(() => onDisk(out, stopped).lastStep > 0, 'the third run begins');
    // Slurm ends a job that its controller was about to launch when it went away.
    await until(() => onDisk(out, fourth).lastStep > 0, 'the fourth run begins');
    await node.stopController();
    const silent = await sweep('--out', out, '--status');
    expect(silent).toContain('The scheduler does not answer');
    // Claims say what trains, whatever the queue does.
    expect(silent).toMatch(new RegExp(`${stopped}\\s+running`));
    await node.startController();
    await sweep('--out', out, '--stop', stopped);
    await until(() => onDisk(out, stopped).status === 'stopped', 'the stopped run writes a checkpoint');
    await until(async () => {
      const seen = Object.values(await states(out));
      await pause(1500);
      return !seen.some((state) => state === 'waiting' || state === 'starting' || state === 'running');
    }, 'the queue empties');
    clearInterval(count);
    expect(most).toBe(2);
    expect(await states(out)).toEqual({
      ...Object.fromEntries(names.map((name) => [name, 'finished'])),
      [killed]: 'lost',
      [stopped]: 'stopped',
    });

    await sweep(file, '--out', out, ...options);
    await until(() => names.every((name) => onDisk(out, name).status === 'finished'), 'all finish');
    const here = await trainHere(folder, file);
    for (const name of names) {
      expect(lastWeights(out, name).equals(lastWeights(here, name)), name).toBe(true);
      expect(steps(out, name), name).toEqual(steps(here, name));
    }
  }, 1_200_000);
});

describe('elements that are killed', { retry: 0 }, () => {
  it('lose nothing in 50 requeues, and never train a run twice at once', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-kills-'));
    try {
      const name = names[0]!;
      const file = path.join(folder, 'one.json');
      // Long enough for fifty kills on a fast machine.
      const one = { ...grid(150_000), seeds: [1], decays: [1] };
      fs.writeFileSync(file, JSON.stringify(one));
      const out = path.join(folder, 'there');
      fs.mkdirSync(path.join(out, 'cluster'), { recursive: true });
      fs.writeFileSync(
        path.join(out, 'sweep.json'),
        JSON.stringify({ schema: 'weight-geometry/sweep@1', grid: one }),
      );
      const submission = path.join(out, 'cluster/wg-0.json');
      fs.writeFileSync(
        submission,
        JSON.stringify({
          ...{
            schema: 'weight-geometry/submission@1',
            name: 'wg-0',
            scheduler: 'slurm',
            provider: 'cpu',
            rowsPerTask: 1,
          },
          ...{
            submitted: new Date(0).toISOString(),
            options: { cpusPerRun: 1 },
            elements: [[name]],
            parts: [],
          },
        }),
      );
      const element = () =>
        spawn(process.execPath, [cli, 'sweep', '--out', out, '--element', submission, '0'], {
          stdio: 'pipe',
        });
      // Fixed, so that a failure can be looked at again.
      let seed = 12345;
      const random = (): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
      let trainedByTwo = 0;
      let kills = 0;
      for (let i = 0; i < 50 && onDisk(out, name).status !== 'finished'; i++) {
        // A scheduler that gave the element out twice.
        const both = [element(), element()];
        const lines = both.map((child) => {
          let text = '';
          child.stderr.on('data', (data) => (text += String(data)));
          return () => text;
        });
        await pause(500 + 1000 * random());
        const training = lines.filter((text) => /: step \d+,/.test(text()));
        if (training.length > 1) trainedByTwo++;
        for (const child of both) {
          if (child.exitCode === null) kills++;
          child.kill('SIGKILL');
        }
      }
      expect(trainedByTwo).toBe(0);
      expect(kills).toBeGreaterThanOrEqual(50);
      await execute(process.execPath, [cli, 'sweep', '--out', out, '--element', submission, '0']);
      const here = await trainHere(folder, file);
      expect(steps(out, name)).toEqual(steps(here, name));
      expect(lastWeights(out, name).equals(lastWeights(here, name))).toBe(true);
      console.log(`${kills} processes killed; ${steps(out, name).length} lines, each once.`);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }, 600_000);
});
