import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedsGrid } from '../../../extension/cli/bench/cluster.js';
import type { JobOptions } from '../../../extension/contract/sweep.js';
import { kubernetes } from '../../../extension/engine/runs/cluster/kubernetes.js';
import { readSubmission } from '../../../extension/engine/runs/cluster/submission.js';
import { previewSweep, submitSweep } from '../../../extension/engine/runs/cluster/submitSweep.js';
import { secondsOfLimit } from '../../../extension/engine/runs/cluster/timeLimit.js';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { readGrid } from '../../../extension/engine/runs/gridFile.js';

const grid = seedsGrid(6);
const wanted = { image: 'registry.example/weight-geometry:1', volume: 'sweeps' };
const manifest = (job: JobOptions): Promise<string> =>
  previewSweep('/mnt/sweeps/six', cellsOf(grid), {
    ...{ scheduler: kubernetes(), job, provider: 'cpu', rowsPerTask: 1 },
    ...{ grid, command: ['node', 'cli.js'] },
  });

const amount = v.pipe(v.number(), v.integer(), v.minValue(1));
/** A name as RFC 1123 has it for labels, which names of Jobs become. */
const name = v.pipe(v.string(), v.maxLength(63), v.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/));
const text = v.pipe(v.string(), v.minLength(1));
const labels = v.record(text, v.pipe(v.string(), v.maxLength(63)));
const metadata = v.strictObject({ name, labels });
const mount = v.strictObject({
  name,
  mountPath: v.pipe(text, v.startsWith('/')),
  readOnly: v.optional(v.boolean()),
});

/** What of the published schema of batch/v1 an Indexed Job uses: strict, so that no field is made up. */
const jobSchema = v.strictObject({
  apiVersion: v.literal('batch/v1'),
  kind: v.literal('Job'),
  metadata,
  spec: v.strictObject({
    completionMode: v.literal('Indexed'),
    completions: amount,
    parallelism: amount,
    // FailIndex, and counting failures by index, are there with it alone.
    backoffLimitPerIndex: v.pipe(v.number(), v.integer(), v.minValue(0)),
    podFailurePolicy: v.strictObject({
      rules: v.pipe(
        v.array(
          v.union([
            v.strictObject({
              action: v.picklist(['Ignore', 'Count', 'FailJob', 'FailIndex']),
              onPodConditions: v.array(
                v.strictObject({ type: text, status: v.picklist(['True', 'False', 'Unknown']) }),
              ),
            }),
            v.strictObject({
              action: v.picklist(['Ignore', 'Count', 'FailJob', 'FailIndex']),
              onExitCodes: v.strictObject({
                containerName: name,
                operator: v.picklist(['In', 'NotIn']),
                // In must not hold 0.
                values: v.pipe(v.array(v.pipe(amount, v.maxValue(255))), v.minLength(1)),
              }),
            }),
          ]),
        ),
        v.maxLength(20),
      ),
    }),
    template: v.strictObject({
      metadata: v.strictObject({ labels }),
      spec: v.strictObject({
        // A pod failure policy is refused with any other.
        restartPolicy: v.literal('Never'),
        terminationGracePeriodSeconds: amount,
        activeDeadlineSeconds: v.optional(amount),
        containers: v.tuple([
          v.strictObject({
            name,
            image: text,
            command: v.array(text),
            env: v.array(v.strictObject({ name: text, value: v.string() })),
            resources: v.optional(
              v.strictObject({ requests: v.record(text, text), limits: v.record(text, text) }),
            ),
            volumeMounts: v.array(mount),
          }),
        ]),
        volumes: v.array(
          v.union([
            v.strictObject({ name, persistentVolumeClaim: v.strictObject({ claimName: name }) }),
            v.strictObject({ name, configMap: v.strictObject({ name }) }),
          ]),
        ),
      }),
    }),
  }),
});
const configSchema = v.strictObject({
  ...{ apiVersion: v.literal('v1'), kind: v.literal('ConfigMap'), metadata },
  data: v.record(text, v.string()),
});

/** The two objects of a manifest, valid by the published rules. */
const objectsIn = (yaml: string) => {
  const [config, job] = yaml
    .replaceAll(/^#.*\n/gm, '')
    .split('---\n')
    .map((document) => JSON.parse(document) as unknown);
  return { config: v.parse(configSchema, config), job: v.parse(jobSchema, job) };
};

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-kubernetes-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('a manifest for Kubernetes', () => {
  it('is an Indexed Job by the rules of batch/v1, an index for each element', async () => {
    const { job } = objectsIn(
      await manifest({ ...wanted, maxAtOnce: 2, cpusPerRun: 2, gpusPerRun: 1, time: '1:30:00' }),
    );
    expect(job.spec).toMatchObject({ completions: 6, parallelism: 2 });
    const { spec } = job.spec.template;
    expect(spec.activeDeadlineSeconds).toBe(5400);
    expect(spec.containers[0].resources?.limits).toEqual({ cpu: '2', 'nvidia.com/gpu': '1' });
    // Each mount is of a volume that is there.
    const volumes = spec.volumes.map((volume) => volume.name);
    expect(spec.containers[0].volumeMounts.map((each) => each.name)).toEqual(volumes);
  });

  it('gives a checkpoint more time than the command takes for it', async () => {
    const { spec } = objectsIn(await manifest(wanted)).job.spec.template;
    const grace = spec.containers[0].env.find((each) => each.name === 'WEIGHT_GEOMETRY_GRACE_SECONDS');
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(grace?.value));
  });

  it('holds what its pods read: a grid and a submission that the command takes', async () => {
    const { config, job } = objectsIn(await manifest(wanted));
    for (const [file, content] of Object.entries(config.data))
      fs.writeFileSync(path.join(folder, file), content);
    expect(await readGrid(path.join(folder, 'grid.json'))).toEqual(grid);
    const submission = await readSubmission(path.join(folder, 'submission.json'));
    expect(submission.elements).toHaveLength(job.spec.completions);
    expect(submission.name).toBe(job.metadata.name);
  });

  it('says at its head what is to be there before it is applied', async () => {
    const yaml = await manifest(wanted);
    const head = yaml
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .join('\n');
    for (const needed of [wanted.image, 'PersistentVolumeClaim sweeps', 'ReadWriteMany', 'SIGTERM', '1.33'])
      expect(head).toContain(needed);
  });

  it.each([
    ['no image', { volume: 'sweeps' }, '--image'],
    ['no volume', { image: 'i' }, '--volume'],
    ['an option of others', { ...wanted, partition: 'gpu' }, '--partition says nothing to kubernetes'],
    ['no time limit', { ...wanted, time: 'soon' }, '"soon" is no time limit'],
  ])('is refused with %s', async (_what, job, says) => {
    await expect(manifest(job)).rejects.toThrow(says);
  });

  it('is printed alone: nothing is submitted, and nothing is left behind', async () => {
    const submitted = submitSweep(folder, cellsOf(grid), {
      ...{ scheduler: kubernetes(), job: wanted, provider: 'cpu', rowsPerTask: 1 },
      ...{ grid, command: ['node', 'cli.js'] },
    });
    await expect(submitted).rejects.toThrow('--dry-run');
    expect(fs.readdirSync(path.join(folder, 'cluster'))).toEqual([]);
  });
});

describe('a time limit', () => {
  it.each([
    ['90', 5400],
    ['1:30', 90],
    ['1:30:00', 5400],
    ['2-0', 172_800],
    ['1-2:30', 95_400],
    ['1-00:00:01', 86_401],
  ])('of %s is %i seconds, as Slurm reads it', (limit, seconds) => {
    expect(secondsOfLimit(limit)).toBe(seconds);
  });
  it.each(['', '0', 'x', '1:2:3:4', '-5', '1h'])('is not %j', (limit) => {
    expect(() => secondsOfLimit(limit)).toThrow('no time limit');
  });
});
