import { fork } from 'node:child_process';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { libraryTelemetryOff } from '../../contract/libraryTelemetry.js';
import type { ProviderName, RunConfig, RunFile } from '../../contract/run.js';
import type { CudaProblem, CudaSurvey, ProbedProvider } from '../../contract/gpu.js';
import { withRemedy } from '../../contract/gpuList.js';
import { cudaErrorIn } from './cuda/cudaErrors.js';
import { notAllowed } from './cuda/sentences.js';
import { surveyCuda } from './cuda/survey.js';
import { probeAnswerSchema, type ProbeAnswer } from './probeAnswer.js';
import type { Provider } from './session.js';

/** The execution provider of a run, and why a better one was passed over. */
export type ChosenProvider = RunFile['provider'];

/** How to start a probing child: the engine's bundle and the arguments before the provider's name. */
export interface ProbeEntry {
  readonly file: string;
  readonly arguments: readonly string[];
  /** Variables of the child besides this process's own: a search path of CUDA's files. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The engine's bundle lies beside every bundle that needs it. */
export const engineProbeEntry = (): ProbeEntry => ({
  file: path.join(__dirname, 'engine.js'),
  arguments: ['probe'],
});

/** A driver that has not answered by then is taken to hang. */
const PROBE_TIMEOUT_MS = 30_000;

type ProbeOutcome =
  { readonly works: true; readonly answer: ProbeAnswer } | { readonly works: false; readonly reason: string };

/** onnxruntime may fall back to the CPU with no more than a line on standard error. */
const quietFailure = /\[E:onnxruntime[^\]]*(provider_bridge|cuda_)[^\]]*\]/;

/** What CUDA finds with the variables of a probing child. */
const surveyFor = ({ environment }: ProbeEntry): Promise<CudaSurvey> =>
  surveyCuda({ environment: { ...process.env, ...environment } });

/**
 * Providers that are not tried: a truncated library kills its process, a library of another version may do
 * anything, and without a driver nothing loads.
 */
const hopeless: readonly CudaProblem[] = ['broken-file', 'other-version', 'no-driver', 'platform'];

/** Tries a provider in a throwaway child. CUDA's files are looked for first: they say more than the loader does. */
export const probeProvider = async (
  provider: Provider,
  entry: ProbeEntry,
  survey: (entry: ProbeEntry) => Promise<CudaSurvey> = surveyFor,
): Promise<ProbeOutcome> => {
  const files = provider === 'cuda' ? await survey(entry) : undefined;
  if (files?.problem && hopeless.includes(files.problem.kind))
    return { works: false, reason: withRemedy(files) ?? files.problem.sentence };
  return tryInChild(provider, entry, files);
};

const tryInChild = (
  provider: Provider,
  entry: ProbeEntry,
  files: CudaSurvey | undefined,
): Promise<ProbeOutcome> =>
  new Promise((resolve) => {
    const child = fork(entry.file, [...entry.arguments, provider], {
      execArgv: [],
      env: { ...process.env, ...entry.environment, ...libraryTelemetryOff },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const isLinked = Object.keys(entry.environment ?? {}).length > 0;
    let errors = '';
    let answer: ProbeAnswer | undefined;
    let nonsense = false;
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, PROBE_TIMEOUT_MS);
    child.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('message', (message) => {
      const parsed = v.safeParse(probeAnswerSchema, message);
      if (parsed.success) answer = parsed.output;
      else nonsense = true;
    });
    child.on('error', (error) => (errors += error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (answer !== undefined && !quietFailure.test(errors)) resolve({ works: true, answer });
      else if (nonsense) resolve({ works: false, reason: 'Its probe gave no answer that makes sense.' });
      else if (hung) resolve({ works: false, reason: 'It did not answer within 30 seconds.' });
      else resolve({ works: false, reason: explain(errors, files, isLinked, code, signal) });
    });
  });

/** What onnxruntime's words on standard error mean to the user: the first row that matches. */
const knownReasons: readonly (readonly [RegExp, string])[] = [
  [
    /libonnxruntime_providers_(shared|cuda)\.so: cannot open shared object|providers_cuda\.dll/i,
    'Its libraries are not installed (in VS Code: the command Check GPU…).',
  ],
  [
    /libvulkan\.so\.1: cannot open shared object/i,
    'There is no graphics adapter that it can use: the Vulkan loader (libvulkan.so.1) is not installed.',
  ],
  [/(lib[\w+-]+\.so[\w.]*): cannot open shared object/i, 'The library $1 is missing.'],
  [/No supported adapters|Failed to get a WebGPU adapter/i, 'There is no graphics adapter that it can use.'],
  [
    /no available backend found|backend not found|not (?:enabled|supported|available) in this build/i,
    'It is not part of this platform’s build.',
  ],
];

/** CUDA's own error code says most, then what was found of its files, then onnxruntime's words. */
const explain = (
  errors: string,
  files: CudaSurvey | undefined,
  isLinked: boolean,
  code: number | null,
  signal: NodeJS.Signals | null,
): string => {
  const said = cudaErrorIn(errors) ?? (files && withRemedy(files));
  if (said !== undefined) return said;
  if (files !== undefined && files.consents.length > 0 && !isLinked) return notAllowed(files.consents);
  for (const [pattern, sentence] of knownReasons) {
    const match = pattern.exec(errors);
    if (match) return sentence.replace('$1', match[1] ?? '');
  }
  const lines = errors.split('\n').map((line) => line.trim());
  const last = lines.filter((line) => line !== '').at(-1);
  if (last !== undefined) return last.slice(0, 300);
  return signal === null ? `Its probe ended with status ${code}.` : `Its probe was ended by ${signal}.`;
};

/** `auto` prefers them in this order. */
const preference: readonly Provider[] = ['cuda', 'webgpu', 'cpu'];

export interface ProviderRequest {
  /** Of the model that shall run; float32 when absent. */
  readonly dtype?: RunConfig['dtype'];
  /** Providers that were tried before, and why they would not do: `auto` leaves them out. */
  readonly passedOver?: ChosenProvider['passedOver'];
  readonly entry?: ProbeEntry;
  readonly probeOne?: typeof probeProvider;
}

/** Why a provider need not be probed for a model: nothing when it may do. */
const unfit = (provider: Provider, dtype: RunConfig['dtype']): string | undefined =>
  provider === 'webgpu' && dtype === 'float64'
    ? 'It has no float64 (its shading language knows none).'
    : undefined;

/**
 * The provider of a run. `auto` takes the first of CUDA, WebGPU and CPU that answers its probe; a provider that was
 * asked for by name is taken or refused. Under `auto` WebGPU is held against the CPU, because an adapter in software
 * answers its probe too and is slower; CUDA never is one. The CPU is probed for that, or when nothing else is left.
 * @throws GeometryError `no-provider` when the provider asked for does not work here.
 */
export const chooseProvider = async (
  wanted: ProviderName,
  request: ProviderRequest = {},
): Promise<ChosenProvider> => {
  const { dtype = 'float32', entry = engineProbeEntry(), probeOne = probeProvider } = request;
  const passedOver = [...(request.passedOver ?? [])];
  const chosen = (name: Provider, { device }: ProbeAnswer): ChosenProvider => ({
    name,
    ...(device === undefined ? {} : { device }),
    tf32: false,
    passedOver,
  });
  const tryOut = async (name: Provider): Promise<ProbeOutcome> => {
    const reason = unfit(name, dtype);
    return reason === undefined ? probeOne(name, entry) : { works: false, reason };
  };
  if (wanted !== 'auto') {
    const known = passedOver.find(({ name }) => name === wanted);
    const outcome = known ? { works: false as const, reason: known.reason } : await tryOut(wanted);
    if (outcome.works) return chosen(wanted, outcome.answer);
    throw new GeometryError(
      'no-provider',
      `The ${wanted} execution provider does not work here: ${outcome.reason}`,
    );
  }
  let onCpu: ProbeOutcome | undefined;
  for (const name of preference) {
    if (passedOver.some((tried) => tried.name === name)) continue;
    const outcome = name === 'cpu' && onCpu ? onCpu : await tryOut(name);
    if (!outcome.works) {
      passedOver.push({ name, reason: outcome.reason });
      continue;
    }
    if (name !== 'webgpu') return chosen(name, outcome.answer);
    const { isSoftware, device } = outcome.answer;
    if (isSoftware) {
      passedOver.push({ name, reason: onlySoftware(device) });
      continue;
    }
    onCpu = await tryOut('cpu');
    if (!onCpu.works || outcome.answer.productMs <= onCpu.answer.productMs)
      return chosen(name, outcome.answer);
    passedOver.push({
      name,
      reason: `It is slower than the CPU here (${milliseconds(outcome)} against ${milliseconds(onCpu)} for one product of matrices).`,
    });
  }
  throw new GeometryError(
    'no-provider',
    `No execution provider works here: ${passedOver.map(({ name, reason }) => `${name}: ${reason}`).join(' ')}`,
  );
};

/** A driver that draws on the processor is no gain, however its probe went. */
const onlySoftware = (device = 'one in software'): string =>
  `Its only adapter is ${device}, which computes on the processor: the CPU provider does the same, faster.`;

const milliseconds = (outcome: ProbeOutcome & { readonly works: true }): string =>
  `${outcome.answer.productMs.toFixed(1)} ms`;

/** Every provider, tried one after the other: whether it works here, on which device or why not. `files` are CUDA's. */
export const probeAll = async (entry: ProbeEntry, files: CudaSurvey): Promise<readonly ProbedProvider[]> => {
  const probed: ProbedProvider[] = [];
  for (const name of preference) {
    const outcome = await probeProvider(name, entry, () => Promise.resolve(files));
    const says = outcome.works
      ? [outcome.answer.device ?? '', `${milliseconds(outcome)} for a product of 512 × 512`]
      : [outcome.reason];
    probed.push({ name, works: outcome.works, says: says.filter((part) => part !== '').join(', ') });
  }
  return probed;
};
