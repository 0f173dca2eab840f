import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRay, whyNoRay, type RayNode } from './rayNode.js';
import { cli, execute, lastWeights, onDisk, six, sixGrid, stepsOf, trainHere } from './sixRuns.js';
import { waitFor } from './trainingRuns.js';

const reason = whyNoRay();
if (reason !== undefined) console.warn(`The test with a real Ray is skipped: ${reason}.`);

describe.skipIf(reason !== undefined)('a sweep of six on a real Ray of one node', { retry: 0 }, () => {
  let node: RayNode;
  let folder: string;
  const out = (): string => path.join(folder, 'there');
  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-ray-'));
    node = await startRay();
  }, 180_000);
  afterAll(async () => {
    // A test that failed half-way leaves jobs at work.
    for (const name of six) {
      const { pid } = onDisk(out(), name);
      if (pid !== undefined && fs.existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    }
    await node.end();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const sweep = async (...args: string[]): Promise<string> =>
    (await execute(process.execPath, [cli, 'sweep', ...args, '--address', node.address])).stdout;
  /** Run → state, as the command tells it. */
  const states = async (): Promise<Record<string, string>> => {
    const table = await sweep('--out', out(), '--status');
    const rows = table.split('\n').flatMap((line) => {
      const [name, state] = line.split(/ {2,}/);
      return name !== undefined && six.includes(name) ? [[name, state]] : [];
    });
    return Object.fromEntries(rows) as Record<string, string>;
  };
  const whenQuiet = async (): Promise<void> => {
    for (let seen = await states(); ; seen = await states()) {
      if (!Object.values(seen).some((state) => ['waiting', 'starting', 'running'].includes(state))) return;
      await pause(1500);
    }
  };

  it('shows the true state of each run, with the same numbers as on this machine', async () => {
    const file = path.join(folder, 'six.json');
    fs.writeFileSync(file, JSON.stringify(sixGrid(12_000)));
    const options = ['--on', 'ray', '--cpus-per-run', '1', '--provider', 'cpu'];
    await sweep(file, '--out', out(), ...options);
    let most = 0;
    const count = setInterval(() => {
      const isAlive = (name: string): boolean => fs.existsSync(`/proc/${onDisk(out(), name).pid ?? 0}`);
      most = Math.max(most, six.filter(isAlive).length);
    }, 100);
    const trained = (): string[] => six.filter((name) => onDisk(out(), name).lastStep > 0);
    // Ray begins jobs in an order of its own.
    await waitFor(() => trained().length >= 2, 180_000);
    const seen = await states();
    expect(Object.values(seen).filter((state) => state === 'waiting').length, JSON.stringify(seen)).toBe(4);
    const [killed, stopped] = trained() as [string, string];
    process.kill(onDisk(out(), killed).pid!, 'SIGKILL');
    const takenBack = six.find((name) => seen[name] === 'waiting')!;
    await sweep('--out', out(), '--stop', stopped, takenBack);
    await waitFor(() => onDisk(out(), stopped).status === 'stopped', 60_000);
    await whenQuiet();
    clearInterval(count);
    expect(most).toBe(2);
    expect(await states()).toEqual({
      ...Object.fromEntries(six.map((name) => [name, 'finished'])),
      [killed]: 'lost',
      [stopped]: 'stopped',
      [takenBack]: 'not begun',
    });
    expect(fs.existsSync(path.join(out(), 'runs', takenBack))).toBe(false);

    await sweep(file, '--out', out(), ...options);
    await whenQuiet();
    const here = await trainHere(folder, file);
    for (const name of six) {
      expect(onDisk(out(), name).status, name).toBe('finished');
      expect(stepsOf(out(), name), name).toEqual(stepsOf(here, name));
      expect(lastWeights(out(), name).equals(lastWeights(here, name)), name).toBe(true);
    }
  }, 900_000);

  it('sends no request to an address that the command was not given', async () => {
    const { stdout } = await execute(process.execPath, [cli, 'sweep', '--out', out(), '--status']);
    expect(stdout).toContain('6 finished');
    expect(stdout).not.toContain(node.address);
  });
});
