import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const program = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .map((folder) => path.join(folder, 'ray'))
    .find((file) => fs.existsSync(file));

/** Why no Ray can be started here; undefined where one can. */
export const whyNoRay = (): string | undefined =>
  program() === undefined ? 'there is no program ray on the path: pip install "ray[default]"' : undefined;

export interface RayNode {
  /** Of its dashboard. */
  readonly address: string;
  readonly end: () => Promise<void>;
}

/** A real Ray of one node with two cores, on loopback; it tells nobody that it was used. */
export const startRay = async (): Promise<RayNode> => {
  // Ray's sockets lie in it, and the name of a socket has at most 107 characters.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wg-ray-'));
  const port = 28_265;
  const child = spawn(
    program()!,
    [
      ...['start', '--head', '--block', '--num-cpus', '2', '--disable-usage-stats', '--temp-dir', folder],
      ...['--node-ip-address', '127.0.0.1', '--port', '26379'],
      ...['--dashboard-host', '127.0.0.1', '--dashboard-port', String(port)],
    ],
    { env: { ...process.env, RAY_USAGE_STATS_ENABLED: '0' }, stdio: 'ignore', detached: true },
  );
  const address = `http://127.0.0.1:${port}`;
  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null) {
      process.kill(-child.pid!, 'SIGTERM');
      await Promise.race([ended, pause(20_000)]);
    }
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // All of its group has ended.
    }
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (const until = Date.now() + 120_000; ;) {
    const answer = await fetch(`${address}/api/jobs/`).catch(() => undefined);
    if (answer?.ok) return { address, end };
    if (Date.now() > until || child.exitCode !== null) {
      await end();
      throw new Error('Ray does not come up.');
    }
    await pause(500);
  }
};
