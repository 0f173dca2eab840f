import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, lastWeights, onDisk, stepsOf, three, threeGrid, trainHere } from './sixRuns.js';
import { waitFor } from './trainingRuns.js';

const anotherHost = path.resolve(import.meta.dirname, 'anotherHost.cjs');

/** A command on a host of that name, whose clock is so many hours ahead. */
const commandOn = (host: string, hours: number, args: readonly string[]) => {
  const child = spawn(process.execPath, ['--require', anotherHost, cli, ...args], {
    env: { ...process.env, HOST_NAME: host, CLOCK_HOURS: String(hours) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, text: () => text };
};

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-hosts-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe.runIf(process.platform === 'linux')('a sweep in a folder that two hosts share', { retry: 0 }, () => {
  it('is trained by both, each run by one; a silent host loses its run, and writes nothing when it wakes', async () => {
    const file = path.join(folder, 'three.json');
    fs.writeFileSync(file, JSON.stringify(threeGrid(100_000)));
    const out = path.join(folder, 'there');
    const args = ['sweep', file, '--out', out, '--provider', 'cpu', '--jobs', '1'];
    const one = commandOn('one', 5, args);
    const [first] = three as [string];
    await waitFor(() => onDisk(out, first).lastStep > 0, 120_000);
    const two = commandOn('two', -3, args);
    try {
      await waitFor(() => three.slice(1).some((name) => onDisk(out, name).lastStep > 0), 120_000);
      // The clocks are eight hours apart: what is alive is told by its beat.
      const seen = commandOn('three', -3, ['sweep', '--out', out, '--status']);
      expect(await seen.ended).toBe(0);
      const trained = three.filter((name) => new RegExp(`${name}\\s+running`).test(seen.text()));
      expect(trained, seen.text()).toHaveLength(2);
      expect(seen.text()).not.toContain('stopped');

      // The first that has nothing else to do waits; the other falls silent in its last run.
      const waits = 'run is trained by other hosts, and waited for.';
      await waitFor(() => [one, two].some((host) => host.text().includes(waits)), 240_000);
      const [waiter, silent] = one.text().includes(waits) ? [one, two] : [two, one];
      silent.child.kill('SIGSTOP');
      const lost = three.filter((name) => onDisk(out, name).pid === silent.child.pid);
      expect(lost).toHaveLength(1);
      await waitFor(() => onDisk(out, lost[0]!).pid === waiter.child.pid, 300_000);
      silent.child.kill('SIGCONT');
      expect(await two.ended, two.text()).toBe(0);
      expect(await one.ended, one.text()).toBe(0);
    } finally {
      for (const { child } of [one, two]) child.kill('SIGKILL');
    }
    const here = await trainHere(folder, file, 1);
    for (const name of three) {
      expect(stepsOf(out, name), name).toEqual(stepsOf(here, name));
      expect(lastWeights(out, name).equals(lastWeights(here, name)), name).toBe(true);
    }
  }, 600_000);
});
