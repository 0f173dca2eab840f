import { readFileSync } from 'node:fs';
import type { ModelDescriptor, TaskName } from '../../../../extension/contract/descriptor.js';
import { reference } from '../../references.js';

interface Entry {
  readonly dtype: 'F32' | 'F64' | 'I64';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface ParityFile {
  readonly descriptor: ModelDescriptor;
  readonly facts: {
    readonly lr: number;
    readonly weight_decay: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly clip: number;
    readonly batch: number;
    readonly steps: number;
    /** The defect of two of the batches at the first weights, in float64. */
    readonly commutator: {
      readonly eta: number;
      readonly batches: readonly [number, number];
      readonly defect: number;
      readonly delta_norm: number;
      readonly grad_norm_a: number;
      readonly grad_norm_b: number;
    };
    readonly losses: readonly number[];
    readonly grad_norms: readonly number[];
    readonly unidentified: readonly string[];
    /** Low-Rank Decay after the optimiser's step, of every matrix inside blocks. */
    readonly lrd?: {
      readonly lambda: number;
      readonly iterations: number;
      readonly frobenius_scale: boolean;
      readonly eps: number;
    } | null;
  };
  /** Values by name; names of one head are said as our models say them. */
  tensor(name: string): Float64Array;
}

const readers = {
  F32: (bytes: ArrayBuffer) => Float64Array.from(new Float32Array(bytes)),
  F64: (bytes: ArrayBuffer) => new Float64Array(bytes),
  I64: (bytes: ArrayBuffer) => Float64Array.from(new BigInt64Array(bytes), Number),
};

/** What PyTorch computed, with its own inputs. */
export const parityFile = (name: string, folder = `${reference('parity')}/`): ParityFile => {
  const stated = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as ParityFile['facts'] & {
    model: Record<string, number | string>;
    p: number;
    tasks: TaskName[];
  };
  const bytes = readFileSync(`${folder}${name}.safetensors`);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<string, Entry>;
  const { d, layers, heads, d_ff: dFf, readout, norm_eps: normEps, qk_norm_eps: qkNormEps } = stated.model;
  const sizes = { prime: stated.p, d, layers, heads, dFf, readout, normEps };
  const model =
    stated.model.kind === 'encoder'
      ? { kind: 'encoder', ...sizes, norm: 'LayerNorm', activation: 'gelu' }
      : { kind: 'scale-invariant', ...sizes, qkNormEps, norm: 'RMSNorm', activation: 'swiglu' };
  const [task] = stated.tasks;
  return {
    descriptor: {
      model,
      data: {
        tasks: stated.tasks,
        split: { method: 'python-random-shuffle', seed: 0, trainFraction: 0.5, firstToken: 0 },
      },
    } as ModelDescriptor,
    facts: stated,
    tensor: (asked) => {
      const name = stated.tasks.length === 1 ? asked.replace(/(^|\.)head\./, `$1heads.${task!}.`) : asked;
      const entry = header[name];
      if (entry === undefined) throw new Error(`No tensor ${name}.`);
      const [from, to] = entry.data_offsets.map((offset) => 8 + headerLength + offset) as [number, number];
      return readers[entry.dtype](Uint8Array.from(bytes.subarray(from, to)).buffer);
    },
  };
};
