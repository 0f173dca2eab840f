import { GeometryError } from '../../../contract/errors.js';
import { cudaFlags, type ArrayJob, type Scheduler } from './scheduler.js';
import { secondsOfLimit } from './timeLimit.js';

/** Path of the command in the image. */
const command = ['node', '/opt/weight-geometry/dist/cli.js'];
/** Where the pods mount the grid and the submission. */
const mounted = '/etc/weight-geometry';
/** etcd limits an object to about 1.5 MB; Kubernetes limits a ConfigMap to 1 MB. */
const mostBytes = 2 ** 20;
const defaultAtOnce = 256;
const retriesOfIndex = 3;
/** The command's own 25 s for a checkpoint, plus time to end. */
const graceSeconds = 45;
/** Wrong usage: retrying the index would not help. */
const usageStatus = 2;

/** Prerequisites of the manifest, as comments at its head. */
const needs = ({ sweep, options: { image, volume } }: ArrayJob): string =>
  [
    'What this manifest needs:',
    `- Kubernetes 1.33 or later (1.29 with the feature gates of its beta): Indexed Jobs with a back-off limit of each index.`,
    `- The image ${image ?? ''}: Node 22 or later, and the folder "extension" of the unpacked .vsix for linux-x64 as /opt/weight-geometry.`,
    '    FROM node:22-bookworm-slim',
    '    COPY extension /opt/weight-geometry',
    `- The PersistentVolumeClaim ${volume ?? ''}, ReadWriteMany: it is mounted as ${sweep}, and the runs are written there.`,
    '- With --gpus-per-run: the device plugin that serves nvidia.com/gpu, and an image with CUDA.',
    'A pod that is told to end (SIGTERM) writes a checkpoint and has 45 s for it; its index begins again and goes on there.',
    `A pod that fails, or has come to the end of --time, begins again ${retriesOfIndex} times at most.`,
    'Disruptions (drained nodes, preemption) do not count as failures. What each run says of itself:',
    `  weight-geometry sweep --out DIR --status    where that volume is mounted`,
  ]
    .map((line) => `# ${line}\n`)
    .join('');

/** The ConfigMap with the pods' input, and the Job. */
export const kubernetesObjects = (job: ArrayJob): readonly object[] => {
  const { name, elements, options, files, environment, sweep } = job;
  const { image, volume, cpusPerRun, gpusPerRun, maxAtOnce = defaultAtOnce, time } = options;
  if (image === undefined || volume === undefined) {
    throw new GeometryError(
      'invalid-argument',
      'A manifest for Kubernetes wants --image NAME and --volume CLAIM.',
    );
  }
  if (Buffer.byteLength(files.grid) + Buffer.byteLength(files.submission) > mostBytes) {
    throw new GeometryError(
      'too-large',
      `The names of ${elements} elements do not fit into one ConfigMap: split the grid.`,
    );
  }
  const resources = {
    ...(cpusPerRun === undefined ? {} : { cpu: String(cpusPerRun) }),
    ...(gpusPerRun === undefined ? {} : { 'nvidia.com/gpu': String(gpusPerRun) }),
  };
  const labels = { 'app.kubernetes.io/name': 'weight-geometry', 'app.kubernetes.io/instance': name };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels },
      data: { 'grid.json': files.grid, 'submission.json': files.submission },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels },
      spec: {
        completionMode: 'Indexed',
        completions: elements,
        parallelism: Math.min(elements, maxAtOnce),
        backoffLimitPerIndex: retriesOfIndex,
        podFailurePolicy: {
          rules: [
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
            {
              action: 'FailIndex',
              onExitCodes: { containerName: 'train', operator: 'In', values: [usageStatus] },
            },
          ],
        },
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: graceSeconds,
            ...(time === undefined ? {} : { activeDeadlineSeconds: secondsOfLimit(time) }),
            containers: [
              {
                name: 'train',
                image,
                command: [
                  ...[...command, 'sweep', `${mounted}/grid.json`, '$(JOB_COMPLETION_INDEX)', '--out', sweep],
                  ...cudaFlags(options),
                  ...['--element', `${mounted}/submission.json`],
                ],
                env: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
                ...(Object.keys(resources).length === 0
                  ? {}
                  : { resources: { requests: resources, limits: resources } }),
                volumeMounts: [
                  { name: 'sweep', mountPath: sweep },
                  { name: 'submission', mountPath: mounted, readOnly: true },
                ],
              },
            ],
            volumes: [
              { name: 'sweep', persistentVolumeClaim: { claimName: volume } },
              { name: 'submission', configMap: { name } },
            ],
          },
        },
      },
    },
  ];
};

const manifestAlone = (): GeometryError =>
  new GeometryError(
    'invalid-argument',
    'For Kubernetes a manifest is written: add --dry-run, and apply what it prints with kubectl.',
  );

/** Kubernetes: a manifest of an Indexed Job, one index per element. The product never contacts the cluster. */
export const kubernetes = (): Scheduler => ({
  name: 'kubernetes',
  takes: ['gpusPerRun', 'cpusPerRun', 'maxAtOnce', 'time', 'image', 'volume', 'cudaFrom'],
  preview: (job) => {
    // JSON after comments is valid YAML for kubectl.
    const documents = kubernetesObjects(job).map((each) => `${JSON.stringify(each, null, 2)}\n`);
    return Promise.resolve(needs(job) + documents.join('---\n'));
  },
  submit: () => Promise.reject(manifestAlone()),
  ask: () => Promise.resolve({ ok: false, error: manifestAlone().toValue() }),
  cancel: () => Promise.reject(manifestAlone()),
  outputFile: ({ id }, element) => `${id}-${element}.out`,
});
