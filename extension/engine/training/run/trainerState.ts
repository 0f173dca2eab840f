import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { runLayout } from '../../../contract/runLayout.js';
import { GeometryError } from '../../../contract/errors.js';
import { writeAtomically } from '../../../disk/atomicFile.js';
import { readBytes } from '../../../disk/regularFile.js';
import { safetensorsFile } from './safetensorsWriter.js';

export type Floats = Float32Array | Float64Array;

/** What moves from step to step on the device: rows of `[replicas, parameters]`, flat. */
export interface OptimiserState {
  readonly weights: Floats;
  /** AdamW's running means of the gradient and of its square. */
  readonly firstMoment: Floats;
  readonly secondMoment: Floats;
}

/** What a schedule of Low-Rank Decay has learnt from evaluations. */
const lowRankProgressSchema = v.object({
  /** First evaluated step at which the training pairs were memorised. */
  memorisedStep: v.optional(v.number()),
  /** Running mean of the stable rank, and its first value. */
  rank: v.optional(v.number()),
  referenceRank: v.optional(v.number()),
});
export type LowRankProgress = v.InferOutput<typeof lowRankProgressSchema>;

/** What the trainer itself remembers between two metrics lines. JSON keeps every float64 exactly. */
const progressSchema = v.object({
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Sums over the steps since the last metrics line. */
  lossSum: v.number(),
  gradientNormSum: v.number(),
  summedSteps: v.number(),
  /** Evaluations in a row that met the stop rule. */
  consecutive: v.number(),
  /** The evaluation at which the stop rule was met first. */
  metStep: v.optional(v.number()),
  grokStep: v.optional(v.number()),
  lowRank: v.optional(lowRankProgressSchema),
});
export type RunProgress = v.InferOutput<typeof progressSchema>;

export interface TrainerState {
  readonly optimiser: OptimiserState;
  readonly progress: RunProgress;
}

const FOLDER = runLayout.state;
const EXTENSION = '.wgstate';
/** The newest may be the one that a failing disk spoils. */
const KEPT = 2;

const stateName = (step: number): string => `step_${String(step).padStart(6, '0')}${EXTENSION}`;

const savedSteps = async (run: string): Promise<number[]> => {
  const names = await readdir(path.join(run, FOLDER)).catch(() => []);
  return names
    .map((name) => /^step_(\d+)\.wgstate$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
};

/** A state file ends with the SHA-256 of all before: a disk gives back flipped bits without a word. */
const DIGEST_BYTES = 32;
const digestOf = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest();

const tensorNames = ['weights', 'firstMoment', 'secondMoment'] as const;

/**
 * Writes the state of a run at its step, bit for bit, and forgets all but the last two.
 * @throws GeometryError `disk-full`, `unwritable`.
 */
export const saveState = async (run: string, { optimiser, progress }: TrainerState): Promise<void> => {
  const tensors = tensorNames.map((name) => ({
    name,
    shape: [optimiser[name].length],
    data: optimiser[name],
  }));
  const file = path.join(run, FOLDER, stateName(progress.step));
  const content = safetensorsFile(tensors, { progress: JSON.stringify(progress) });
  await writeAtomically(file, Buffer.concat([content, digestOf(content)]));
  for (const old of (await savedSteps(run)).slice(KEPT)) {
    await rm(path.join(run, FOLDER, stateName(old)), { force: true });
  }
};

/** Where each tensor lies, as this file's own writer put it; nothing else is accepted. */
const headerSchema = v.object({
  __metadata__: v.object({ progress: v.string() }),
  ...v.entriesFromList(
    tensorNames,
    v.object({
      dtype: v.picklist(['F32', 'F64']),
      data_offsets: v.tuple([v.number(), v.number()]),
    }),
  ),
});

/** @throws when the bytes are not those that were written. Earlier versions wrote no digest: their files end with the tensors. */
const requireSound = (bytes: Uint8Array, end: number): void => {
  if (bytes.length === end) return;
  const digest = bytes.subarray(end);
  if (digest.length !== DIGEST_BYTES)
    throw new Error(`${bytes.length} bytes instead of ${end + DIGEST_BYTES}`);
  if (!digestOf(bytes.subarray(0, end)).equals(digest)) throw new Error('its SHA-256 is not the one written');
};

const parseState = (bytes: Uint8Array, parameters: number): TrainerState => {
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  const header = v.parse(headerSchema, JSON.parse(json));
  const end = 8 + headerLength + Math.max(...tensorNames.map((name) => header[name].data_offsets[1]));
  requireSound(bytes, end);
  const read = (name: (typeof tensorNames)[number]): Floats => {
    const { dtype, data_offsets: offsets } = header[name];
    const [begin, end] = offsets.map((offset) => 8 + headerLength + offset) as [number, number];
    const copy = bytes.slice(begin, end).buffer;
    const floats = dtype === 'F64' ? new Float64Array(copy) : new Float32Array(copy);
    if (floats.length !== parameters) {
      throw new Error(`${name} has ${floats.length} elements, not ${parameters}`);
    }
    return floats;
  };
  return {
    optimiser: {
      weights: read('weights'),
      firstMoment: read('firstMoment'),
      secondMoment: read('secondMoment'),
    },
    progress: v.parse(progressSchema, JSON.parse(header.__metadata__.progress)),
  };
};

/** Beside the tensors' bytes. */
const MOST_HEADER_BYTES = 2 ** 20;

export interface LoadedState {
  readonly state: TrainerState;
  /** Files of later steps, which cannot be used: damaged, or of another model. */
  readonly damaged: readonly string[];
}

/**
 * The last sound state of a run, undefined when there is none yet.
 * @throws GeometryError `malformed-file` when states are there and none can be used.
 */
export const loadState = async (run: string, parameters: number): Promise<LoadedState | undefined> => {
  const damaged: string[] = [];
  let failure: unknown;
  for (const step of await savedSteps(run)) {
    const file = path.join(run, FOLDER, stateName(step));
    try {
      const most = MOST_HEADER_BYTES + tensorNames.length * Float64Array.BYTES_PER_ELEMENT * parameters;
      const { buffer, byteOffset, length } = await readBytes(file, most);
      // As plain bytes: a slice of a Buffer is no copy.
      return { state: parseState(new Uint8Array(buffer, byteOffset, length), parameters), damaged };
    } catch (cause) {
      failure ??= cause;
      damaged.push(file);
    }
  }
  if (failure === undefined) return undefined;
  throw new GeometryError('malformed-file', `No trainer state in ${path.join(run, FOLDER)} can be used.`, {
    cause: failure,
  });
};

export const stateFolder = (run: string): string => path.join(run, FOLDER);
