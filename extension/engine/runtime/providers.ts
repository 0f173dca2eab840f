import { fork } from 'node:child_process';
import path from 'node:path';
import { GeometryError } from '../../contract/errors.js';
import type { ProviderName, RunFile } from '../../contract/run.js';
import type { ProbeAnswer } from './probe.js';
import type { Provider } from './session.js';

/** The execution provider of a run, and why a better one was passed over. */
export type ChosenProvider = RunFile['provider'];

/** How to start a probing child: the engine's bundle and the arguments before the provider's name. */
export interface ProbeEntry {
  readonly file: string;
  readonly arguments: readonly string[];
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

/** Tries a provider in a throwaway child. */
export const probeProvider = (provider: Provider, entry: ProbeEntry): Promise<ProbeOutcome> =>
  new Promise((resolve) => {
    const child = fork(entry.file, [...entry.arguments, provider], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let errors = '';
    let answer: ProbeAnswer | undefined;
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, PROBE_TIMEOUT_MS);
    child.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('message', (message) => (answer = message as ProbeAnswer));
    child.on('error', (error) => (errors += error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (answer !== undefined && !quietFailure.test(errors)) resolve({ works: true, answer });
      else if (hung) resolve({ works: false, reason: 'It did not answer within 30 seconds.' });
      else resolve({ works: false, reason: explain(errors, code, signal) });
    });
  });

/** What onnxruntime's words on standard error mean to the user: the first row that matches. */
const knownReasons: readonly (readonly [RegExp, string])[] = [
  [
    /libonnxruntime_providers_(shared|cuda)\.so: cannot open shared object|providers_cuda\.dll/i,
    'Its libraries are not installed (see the command Install CUDA Provider).',
  ],
  [
    /(lib(?:cud|cublas|cufft|curand|cudnn|nvrtc)[\w.]*): cannot open shared object/i,
    'The library $1 is missing.',
  ],
  [/no CUDA-capable device|cudaErrorNoDevice/i, 'There is no CUDA device.'],
  [/driver version is insufficient/i, 'The NVIDIA driver is too old for it.'],
  [/No supported adapters|Failed to get a WebGPU adapter/i, 'There is no graphics adapter that it can use.'],
  [
    /not available|is not supported|unavailable|no available backend/i,
    'It is not part of this platform’s build.',
  ],
];

const explain = (errors: string, code: number | null, signal: NodeJS.Signals | null): string => {
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

/**
 * The provider of a run. `auto` takes the first of CUDA, WebGPU and CPU that answers its probe and is no slower than
 * the CPU (a software adapter is); a provider that was asked for by name is taken or refused. The CPU is not probed
 * unless something is compared with it.
 * @throws GeometryError `no-provider` when the provider asked for does not work here.
 */
export const chooseProvider = async (
  wanted: ProviderName,
  entry: ProbeEntry = engineProbeEntry(),
  probeOne: typeof probeProvider = probeProvider,
): Promise<ChosenProvider> => {
  const passedOver: { name: string; reason: string }[] = [];
  const chosen = (name: Provider, device: string | undefined): ChosenProvider => ({
    name,
    ...(device === undefined ? {} : { device }),
    tf32: false,
    passedOver,
  });
  if (wanted !== 'auto') {
    const outcome = await probeOne(wanted, entry);
    if (outcome.works) return chosen(wanted, outcome.answer.device);
    throw new GeometryError(
      'no-provider',
      `The ${wanted} execution provider does not work here: ${outcome.reason}`,
    );
  }
  let onCpu: ProbeOutcome | undefined;
  for (const name of preference) {
    const outcome = name === 'cpu' && onCpu ? onCpu : await probeOne(name, entry);
    if (!outcome.works) {
      passedOver.push({ name, reason: outcome.reason });
      continue;
    }
    if (name === 'cpu') return chosen(name, outcome.answer.device);
    onCpu ??= await probeOne('cpu', entry);
    if (!onCpu.works || outcome.answer.productMs <= onCpu.answer.productMs) {
      return chosen(name, outcome.answer.device);
    }
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

const milliseconds = (outcome: ProbeOutcome & { readonly works: true }): string =>
  `${outcome.answer.productMs.toFixed(1)} ms`;
