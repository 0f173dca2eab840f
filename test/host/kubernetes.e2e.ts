import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, execute, lastWeights, six, sixGrid, stepsOf, trainHere } from './sixRuns.js';

interface Manifest {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly completions: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly [{ command: string[]; env: { name: string; value: string }[] }];
      };
    };
  };
}

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-pods-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('the pods of a manifest for Kubernetes', () => {
  it('train the six, two at a time on a volume without a sweep, to the numbers of this machine', async () => {
    const file = path.join(folder, 'six.json');
    fs.writeFileSync(file, JSON.stringify(sixGrid(400)));
    const out = path.join(folder, 'volume');
    const { stdout } = await execute(process.execPath, [
      ...[cli, 'sweep', file, '--out', out, '--provider', 'cpu', '--cpus-per-run', '1'],
      ...['--on', 'kubernetes', '--dry-run', '--image', 'i', '--volume', 'v'],
    ]);
    expect(fs.existsSync(out)).toBe(false);
    const [config, job] = stdout
      .replaceAll(/^#.*\n/gm, '')
      .split('---\n')
      .map((document) => JSON.parse(document) as Manifest) as [Manifest, Manifest];
    const mounted = path.join(folder, 'mounted');
    fs.mkdirSync(mounted);
    for (const [name, content] of Object.entries(config.data!))
      fs.writeFileSync(path.join(mounted, name), content);
    // What a kubelet does with the container of an index.
    const [{ command, env }] = job.spec.template.spec.containers;
    const pod = (index: number) => {
      const [program, , ...args] = command.map((word) =>
        word.replace('$(JOB_COMPLETION_INDEX)', String(index)).replace('/etc/weight-geometry', mounted),
      );
      expect(program).toBe('node');
      const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
      return execute(process.execPath, [cli, ...args], { env: { ...process.env, ...variables } });
    };
    expect(job.spec.completions).toBe(six.length);
    for (let index = 0; index < six.length; index += 2) await Promise.all([pod(index), pod(index + 1)]);
    const here = await trainHere(folder, file);
    for (const name of six) {
      expect(stepsOf(out, name), name).toEqual(stepsOf(here, name));
      expect(lastWeights(out, name).equals(lastWeights(here, name)), name).toBe(true);
    }
  });
});
