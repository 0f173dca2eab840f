import type { TrainRequest } from '../contract/calls.js';
import { GeometryError } from '../contract/errors.js';
import { providerNames, type RunConfig } from '../contract/run.js';
import { presets } from '../engine/training/presets.js';
import { readRunFile } from '../engine/training/run/runDirectory.js';
import { configKeys } from '../engine/training/configKeys.js';
import { loadRunConfig, withAssignments } from '../engine/training/runConfig.js';
import { RunControl } from '../engine/training/trainer/runControl.js';
import { train } from '../engine/training/trainer/train.js';
import { parsed } from './arguments.js';
import { cudaFromHelp } from './cudaFolder.js';
import { UsageError, type Command } from './command.js';
import { providerNamed, wholeNumber } from './options.js';
import { trainProgress } from './trainProgress.js';

const usage = `Usage: weight-geometry train CONFIG.json|PRESET --out DIR [OPTIONS]
       weight-geometry train --resume --out DIR [--max-steps N]

Trains a model and writes a run directory: run.json, metrics.jsonl, checkpoints/step_NNNNNN.safetensors
(PyTorch's state-dict names), and the trainer's state.

  --out DIR              the run directory; made when absent
  --set KEY=VALUE        change the configuration: weightDecay=0, initSeed=7, model.d=64, clipNorm=null (repeatable)
  --init FILE            start from any checkpoint's weights, with fresh moments
  --provider NAME        auto (default: CUDA, then WebGPU, then CPU), cpu, webgpu or cuda
  --cuda-from DIR        ${cudaFromHelp}
  --max-steps N          the last step
  --threads N            threads on the CPU (default: onnxruntime's choice, one per core)
  --resume               continue the run in DIR from its last state, as if it had not been interrupted

Ctrl+C writes a checkpoint and stops the run, which --resume then continues.

Keys of --set, with their defaults (model.KEY: the model descriptor's):
${configKeys
  .map(({ key, default: value }) => `  ${key}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}`)
  .join('\n')}

Presets:
${presets.map(({ name, summary }) => `  ${name.padEnd(22)} ${summary}`).join('\n')}
`;

const options = {
  out: { type: 'string' },
  set: { type: 'string', multiple: true },
  init: { type: 'string' },
  provider: { type: 'string', default: 'auto' },
  'cuda-from': { type: 'string', multiple: true },
  'max-steps': { type: 'string' },
  threads: { type: 'string' },
  resume: { type: 'boolean', default: false },
} as const;

/** The named configuration, or that of the run to resume. */
const baseConfig = async (named: string | undefined, out: string, resume: boolean): Promise<RunConfig> => {
  if (named !== undefined) return loadRunConfig(named);
  const run = resume ? await readRunFile(out) : undefined;
  if (run) return run.config;
  throw resume
    ? new GeometryError('not-found', `${out} holds no run to resume.`)
    : new UsageError('Name a configuration file or a preset.');
};

const requestFrom = async (args: readonly string[]): Promise<TrainRequest> => {
  const { values, positionals } = parsed(args, options);
  const { out, resume, init } = values;
  const [named, ...extra] = positionals;
  if (extra.length > 0) throw new UsageError(`One configuration at a time; ${extra.join(' ')} is left over.`);
  if (out === undefined) throw new UsageError('Say where the run goes: --out DIR.');
  const provider = providerNamed(values.provider);
  if (resume && init !== undefined) throw new UsageError('--init starts a run; --resume continues one.');
  const steps = wholeNumber('--max-steps', values['max-steps']);
  const threads = wholeNumber('--threads', values.threads);
  const assignments = [...(values.set ?? []), ...(steps === undefined ? [] : [`maxSteps=${steps}`])];
  const config = withAssignments(await baseConfig(named, out, resume), assignments);
  return {
    ...{ config, out, provider, resume },
    ...(init === undefined ? {} : { init }),
    ...(threads === undefined ? {} : { threads }),
  };
};

export const trainCommand: Command = {
  name: 'train',
  summary: 'train a small model into a run directory',
  usage,
  options,
  values: { provider: providerNames },
  operands: presets.map(({ name }) => name),
  run: async (args, console) => {
    const request = await requestFrom(args);
    const control = new RunControl();
    const stop = (): void => control.stop();
    if (console.signal.aborted) stop();
    console.signal.addEventListener('abort', stop);
    const progress = trainProgress(console, request.config.maxSteps);
    try {
      const run = await train(request, control, progress.events);
      progress.finish(run, request.out);
      return 0;
    } finally {
      progress.clear();
      console.signal.removeEventListener('abort', stop);
    }
  },
};
