import { readFile, rm } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import path from 'node:path';
import type { Reply } from '../contract/calls.js';
import type { CudaSurvey, ProbedProvider } from '../contract/gpu.js';
import { checkSchemas, type CheckCalls, type CheckedProvider, type Pace } from '../contract/gpuCheck.js';
import { toMarkdown } from '../contract/markdown.js';
import type { RunConfig, RunFile } from '../contract/run.js';
import { median } from '../contract/median.js';
import { checkpointPath } from '../engine/training/run/runDirectory.js';
import { reportVersions } from '../engine/ground/versions.js';
import { loadRunConfig, withAssignments } from '../engine/training/runConfig.js';
import { startEngineProcess } from '../processes/engineProcess.js';
import { startTrainerProcess } from '../processes/trainerProcess.js';
import { startTrainPeer } from './bench/trainPeer.js';

export interface CheckRequest {
  readonly out: string;
  readonly providers: readonly CheckedProvider[];
  readonly probed: readonly ProbedProvider[];
  readonly survey: CudaSurvey;
  /** Environment in which CUDA's files are found. */
  readonly environment: Readonly<Record<string, string>>;
  /** Preset that is trained until it groks. */
  readonly preset: string;
  /** Python interpreter with PyTorch, the peer. */
  readonly python?: string;
  /** The engine's bundle. */
  readonly bundle: string;
  readonly say: (line: string) => void;
  /** Saves the table so far: a check takes long and may be interrupted. */
  readonly save: (table: string) => Promise<void>;
}

/** Replicas in one graph. */
const REPLICAS = [1, 4, 16, 64];
/** Larger numbers of replicas are skipped if one trial would take longer than about this. */
const MOST_SECONDS = 90;
/** Minimum number of steps per trial. */
const LEAST_STEPS = 4;

/** The measurements of one provider: a cell of the table, or why there is none. */
type Cells = Readonly<Record<string, string>>;

/** Adds a cell to the column of a provider. */
type AddCell = (row: string, text: string) => Promise<void>;

const exponent = (value: number): string => value.toExponential(1);
const perSecond = (value: number): string => `${value.toPrecision(3)} steps/s`;

/** One call in its own process: its memory, faults and leftovers end with it. */
const measured = async <T>(
  { bundle, environment }: CheckRequest,
  ask: (calls: CheckCalls) => Promise<Reply<T>>,
): Promise<Reply<T>> => {
  const started = startEngineProcess<CheckCalls>({
    ...{ bundle, role: 'check', args: [], schemas: checkSchemas, events: {}, environment },
    onOutput: () => undefined,
  });
  try {
    return await ask(started.calls);
  } finally {
    started.finish();
  }
};

const cell = <T>(reply: Reply<T>, say: (value: T) => string): string =>
  reply.ok ? say(reply.value) : `failed: ${reply.error.message}`;

/** Trains in its own process; killed without warning after the given step, if any. */
const train = async (
  { bundle, environment }: CheckRequest,
  request: { config: RunConfig; out: string; provider: CheckedProvider; resume?: boolean },
  killAfter = Infinity,
): Promise<Reply<RunFile> | undefined> => {
  let outcome: Reply<RunFile> | undefined;
  const nothing = (): void => undefined;
  const trainer = startTrainerProcess(
    { bundle, environment },
    {
      events: {
        ...{ started: nothing, metrics: nothing, warning: nothing, status: nothing, grokked: nothing },
        advanced: (step) => {
          if (step > killAfter) trainer.kill();
        },
        ended: (reply) => {
          outcome = reply;
          trainer.finish();
        },
      },
      refuse: nothing,
    },
  );
  await trainer.calls.start(request);
  await trainer.ended;
  return outcome;
};

/** Trains a preset until it groks: the step, and the run's seconds. */
const grokking = async (request: CheckRequest, provider: CheckedProvider): Promise<string> => {
  const out = path.join(request.out, `${provider}-grokking`);
  await rm(out, { recursive: true, force: true });
  const config = await loadRunConfig(request.preset);
  const start = performance.now();
  const reply = await train(request, { config, out, provider });
  const seconds = (performance.now() - start) / 1000;
  if (!reply?.ok) return `failed: ${reply?.error.message ?? 'its process ended'}`;
  const { grokStep, lastStep } = reply.value;
  return grokStep === undefined
    ? `did not grok in ${lastStep} steps (${seconds.toFixed(0)} s)`
    : `step ${grokStep}; ${lastStep} steps in ${seconds.toFixed(0)} s`;
};

const SHORT = ['maxSteps=60', 'checkpointEvery=20', 'evaluateEvery=20', 'stop=null'];

/** Compares a killed and resumed run with an uninterrupted one: last weights, byte by byte. */
const killAndResume = async (request: CheckRequest, provider: CheckedProvider): Promise<string> => {
  const config = withAssignments(await loadRunConfig('tiny'), SHORT);
  const [whole, killed] = ['whole', 'killed'].map((name) =>
    path.join(request.out, `${provider}-${name}`),
  ) as [string, string];
  for (const folder of [whole, killed]) await rm(folder, { recursive: true, force: true });
  const reference = await train(request, { config, out: whole, provider });
  if (!reference?.ok) return `failed: ${reference?.error.message ?? 'its process ended'}`;
  const first = await train(request, { config, out: killed, provider }, config.checkpointEvery);
  if (first !== undefined) return 'failed: the run ended before it was killed';
  const resumed = await train(request, { config, out: killed, provider, resume: true });
  if (!resumed?.ok) return `failed: ${resumed?.error.message ?? 'its process ended'}`;
  const [a, b] = await Promise.all(
    [whole, killed].map((folder) => readFile(checkpointPath(folder, config.maxSteps))),
  );
  return a!.equals(b!) ? 'the same weights, bit for bit' : 'other weights than without a kill';
};

const memory = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Steps per second by number of replicas, beside PyTorch, which trains replicas one after another. */
const paces = async (request: CheckRequest, provider: CheckedProvider, add: AddCell): Promise<void> => {
  let last: (Pace & { readonly replicas: number }) | undefined;
  for (const replicas of REPLICAS) {
    const row = `steps/s, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
    const expected = last === undefined ? 0 : (LEAST_STEPS * replicas) / last.stepsPerSecond;
    if (expected > MOST_SECONDS) {
      await add(row, `left out: a trial would take about ${expected.toFixed(0)} s`);
      continue;
    }
    request.say(`${provider}: ${row}`);
    const reply = await measured(request, (calls) => calls.pace(provider, replicas));
    const ours = cell(reply, ({ stepsPerSecond }) => perSecond(stepsPerSecond));
    const theirs = await torchPace(request, provider, replicas);
    await add(row, theirs === undefined ? ours : `${ours}; ${theirs}`);
    if (!reply.ok) break;
    last = { ...reply.value, replicas };
  }
  if (last) await add('memory of the process', `${memory(last.memoryBytes)} at ${last.replicas} replicas`);
};

const TORCH_ROUNDS = 3;

/** WebGPU has no peer in PyTorch. */
const torchDevices: Readonly<Partial<Record<CheckedProvider, string>>> = { cpu: 'cpu', cuda: 'cuda' };

const torchPace = async (
  { python }: CheckRequest,
  provider: CheckedProvider,
  replicas: number,
): Promise<string | undefined> => {
  const device = torchDevices[provider];
  if (python === undefined || device === undefined) return undefined;
  const { model, batch } = await loadRunConfig('2602.16746-add');
  if (model.kind !== 'encoder' || batch === 'full') return undefined;
  const { prime, d, layers, heads, dFf } = model;
  const size = { prime, d, layers, heads, dFf, batch, replicas, threads: cpus().length, device };
  const peer = await startTrainPeer(size, { python });
  if (peer === undefined) return `PyTorch did not start in ${python}`;
  try {
    const first = await peer.steps(1);
    const steps = Math.max(1, Math.min(64, Math.floor(1 / first)));
    const rates: number[] = [];
    for (let round = 0; round < TORCH_ROUNDS; round++)
      rates.push((steps * replicas) / (await peer.steps(steps)));
    return `${peer.name} ${perSecond(median(rates))}`;
  } finally {
    peer.end();
  }
};

const BYTES_IN_GIB = 2 ** 30;

const checkProvider = async (
  request: CheckRequest,
  provider: CheckedProvider,
  add: AddCell,
): Promise<void> => {
  const probed = request.probed.find(({ name }) => name === provider);
  if (probed?.works !== true) return add('works', `no: ${probed?.says ?? ''}`);
  const { say } = request;
  await add('works', `yes: ${probed.says}`);
  if (provider === 'webgpu') {
    const reply = await measured(request, (calls) => calls.limits());
    const limits = cell(reply, (found) =>
      found === undefined
        ? 'could not be read'
        : `${found.storageBuffers} storage buffers in a shader, ${(found.bindingBytes / BYTES_IN_GIB).toPrecision(3)} GiB each`,
    );
    await add('limits of the adapter', limits);
  }
  say(`${provider}: beside PyTorch's numbers`);
  const parity = await measured(request, (calls) => calls.parity(provider));
  for (const [row, key] of [
    ['logits, off PyTorch’s by', 'logits'],
    ['gradient, off by', 'gradient'],
    ['losses of 20 steps, off by', 'losses'],
    ['weights after 20 steps, off by', 'weights'],
  ] as const)
    await add(
      row,
      cell(parity, (values) => exponent(values[key])),
    );
  say(`${provider}: evaluation`);
  const evaluation = await measured(request, (calls) => calls.evaluation(provider));
  const evaluated = cell(
    evaluation,
    ({ testLoss, milliseconds }) => `${milliseconds.toFixed(0)} ms, test loss ${testLoss.toFixed(5)}`,
  );
  await add('evaluation of all pairs', evaluated);
  await paces(request, provider, add);
  say(`${provider}: kill and resume`);
  await add('killed and resumed', await killAndResume(request, provider));
  say(`${provider}: ${request.preset} until it groks`);
  await add(`${request.preset} groks at`, await grokking(request, provider));
};

const titles: Readonly<Record<CheckedProvider, string>> = { cpu: 'CPU', webgpu: 'WebGPU', cuda: 'CUDA' };

const machine = ({ survey }: CheckRequest): readonly string[] => {
  const versions = Object.entries(reportVersions()).map(([name, version]) => `${name} ${version}`);
  const files = survey.findings.flatMap(({ name, state, version }) =>
    state === 'found' && version !== undefined ? [`${name} ${version}`] : [],
  );
  return [
    `- ${versions.join(', ')}, onnxruntime ${survey.onnxruntime}`,
    `- ${platform()} ${release()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${memory(totalmem())}`,
    ...(files.length === 0 ? [] : [`- CUDA: ${files.join(', ')}`]),
  ];
};

/** Measures each provider and returns a Markdown document to paste into an issue. Saves after every cell. */
export const checkGpu = async (request: CheckRequest): Promise<string> => {
  const columns = new Map<CheckedProvider, Record<string, string>>();
  for (const provider of request.providers) {
    const cells: Record<string, string> = {};
    columns.set(provider, cells);
    await checkProvider(request, provider, async (row, text) => {
      cells[row] = text;
      await request.save(documentOf(request, columns));
    });
  }
  return documentOf(request, columns);
};

const documentOf = (request: CheckRequest, columns: ReadonlyMap<CheckedProvider, Cells>): string => {
  const rows = [...new Set([...columns.values()].flatMap((cells) => Object.keys(cells)))];
  return [
    '## Weight Geometry on this machine',
    '',
    ...machine(request),
    '',
    toMarkdown({
      headings: ['', ...[...columns.keys()].map((provider) => titles[provider])],
      rows: rows.map((row) => [row, ...[...columns.values()].map((cells) => cells[row] ?? '–')]),
    }),
    'Differences are the largest absolute ones from PyTorch’s float32 on a CPU, for an encoder of width 16; by rounding alone they are between 1e-7 and 1e-5. Steps are those of the papers’ encoder (290,401 parameters, batch 512), of all replicas together; PyTorch trains replicas one after the other, in turn with ours. TF32 is off in Weight Geometry and in PyTorch’s default.',
    '',
  ].join('\n');
};
