import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, execute, json, lastWeights, onDisk, six, sixGrid, stepsOf, trainHere } from './sixRuns.js';
import { startSlurm, whyNoSlurm, type SlurmNode } from './slurmNode.js';

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
    for (const name of six) {
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
      return name !== undefined && six.includes(name) ? [[name, state]] : [];
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
      JSON.stringify(sixGrid(40_000)),
    );
    const out = path.join(folder, 'there');
    const options = ['--on', 'slurm', '--max-at-once', '2', '--cpus-per-run', '1', '--provider', 'cpu'];
    await sweep(file, '--out', out, ...options);
    const [killed, requeued, stopped, fourth] = six as [string, string, string, string];
    let most = 0;
    const isAlive = (pid: number): boolean => fs.existsSync(`/proc/${pid}`);
    const count = setInterval(() => {
      most = Math.max(most, six.filter((name) => isAlive(onDisk(out, name).pid ?? 0)).length);
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
      ...Object.fromEntries(six.map((name) => [name, 'finished'])),
      [killed]: 'lost',
      [stopped]: 'stopped',
    });

    await sweep(file, '--out', out, ...options);
    await until(() => six.every((name) => onDisk(out, name).status === 'finished'), 'all finish');
    const here = await trainHere(folder, file);
    for (const name of six) {
      expect(lastWeights(out, name).equals(lastWeights(here, name)), name).toBe(true);
      expect(stepsOf(out, name), name).toEqual(stepsOf(here, name));
    }
  }, 1_200_000);

  it('runs of one shape go as rows of one graph, three to an element, and stop together', async () => {
    const file = path.join(folder, 'rows.json');
    fs.writeFileSync(file, JSON.stringify(sixGrid(30_000)));
    const out = path.join(folder, 'rows');
    const options = ['--on', 'slurm', '--rows-per-task', '3', '--cpus-per-run', '1', '--provider', 'cpu'];
    await sweep(file, '--out', out, ...options, '--max-at-once', '1');
    const [first, second, third, ...later] = six as [string, string, string, ...string[]];
    await until(() => onDisk(out, first).lastStep > 0, 'the first three begin');
    expect(new Set([first, second, third].map((name) => onDisk(out, name).pid)).size).toBe(1);
    expect((await states(out))[later[0]!]).toBe('waiting');
    await sweep('--out', out, '--stop', second);
    await until(() => onDisk(out, third).status === 'stopped', 'those of one element write a checkpoint');
    const isOver = (): boolean => later.every((name) => onDisk(out, name).status === 'finished');
    await until(isOver, 'the other three finish');
    await until(async () => (await states(out))[first] === 'stopped', 'the element leaves the queue');

    await sweep(file, '--out', out, ...options);
    await until(() => six.every((name) => onDisk(out, name).status === 'finished'), 'all finish');
    const here = path.join(folder, 'rows-here');
    await execute(process.execPath, [
      ...[cli, 'sweep', file, '--out', here, '--provider', 'cpu', '--rows', '--jobs', '3'],
    ]);
    for (const name of six) {
      expect(stepsOf(out, name), name).toEqual(stepsOf(here, name));
      expect(lastWeights(out, name).equals(lastWeights(here, name)), name).toBe(true);
    }
  }, 600_000);
});

describe('elements that are killed', { retry: 0 }, () => {
  it('lose nothing in 50 requeues, and never train a run twice at once', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-kills-'));
    try {
      const name = six[0]!;
      const file = path.join(folder, 'one.json');
      // Long enough for fifty kills on a fast machine.
      const one = { ...sixGrid(150_000), seeds: [1], decays: [1] };
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
      expect(stepsOf(out, name)).toEqual(stepsOf(here, name));
      expect(lastWeights(out, name).equals(lastWeights(here, name))).toBe(true);
      console.log(`${kills} processes killed; ${stepsOf(out, name).length} lines, each once.`);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }, 600_000);
});
