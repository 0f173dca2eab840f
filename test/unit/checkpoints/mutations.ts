import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { GeometryError } from '../../../extension/contract/errors.js';
import type { Checkpoint } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';

/** A seeded source of choices; equal seeds give equal mutations on every machine. */
export interface Choices {
  /** An integer in [0, below). */
  below(below: number): number;
  pick<T>(items: readonly T[]): T;
}

/** One way to damage a file with knowledge of its structure. Returns a new buffer or changes `bytes` in place. */
export type Mutator = (bytes: Buffer, choices: Choices) => Buffer;

export interface MutationFormat {
  /** Names the temporary file: `mutant` + ending. */
  readonly ending: string;
  readonly open: (path: string) => Promise<Checkpoint>;
  /** Sound files that lie beside the damaged one. */
  readonly beside?: Readonly<Record<string, Buffer>>;
}

export interface MutationFigures {
  readonly mutants: number;
  readonly accepted: number;
  readonly refused: number;
  /** How often each error code was given. */
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** Which mutant took longest. */
  readonly slowest: number;
  readonly peakRssMiB: number;
  /** Anything that is not a {@link GeometryError} with one line that names the file: must stay empty. */
  readonly defects: readonly string[];
}

/** How many mutants per format: 20,000 for a release, fewer in CI. */
export const mutationCount = Number(process.env['MUTATIONS'] ?? 400);

/** mulberry32: small, seeded, good enough to choose bytes. */
export const choicesFrom = (seed: number): Choices => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (items) => items[below(items.length)]! };
};

const LARGE: readonly bigint[] = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x1fffffffffffffn,
  0x20000000000000n,
  0x7fffffffffffffffn,
  0xffffffffffffffffn,
];

const at = (bytes: Buffer, choices: Choices, region: number): number =>
  choices.below(Math.max(1, Math.min(region, bytes.length)));

/** Mutations that suit any format; `region` is how many leading bytes hold structure rather than payload. */
export const structuralMutators = (region: number): readonly Mutator[] => [
  (bytes, choices) => bytes.subarray(0, choices.below(bytes.length + 1)),
  (bytes, choices) => {
    if (bytes.length > 0) bytes[at(bytes, choices, region)]! ^= 1 << choices.below(8);
    return bytes;
  },
  (bytes, choices) => {
    if (bytes.length > 0)
      bytes[at(bytes, choices, region)] = choices.pick([0, 1, 0x7f, 0x80, 0xff, choices.below(256)]);
    return bytes;
  },
  (bytes, choices) => {
    const width = choices.pick([2, 4, 8]);
    const value = BigInt.asUintN(8 * width, choices.pick(LARGE));
    const offset = at(bytes, choices, region);
    for (let i = 0; i < width && offset + i < bytes.length; i++) {
      bytes[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
    }
    return bytes;
  },
  (bytes, choices) => {
    const from = at(bytes, choices, region);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + choices.below(16))]);
  },
  (bytes, choices) => {
    const from = at(bytes, choices, region);
    const length = 1 + choices.below(64);
    return Buffer.concat([bytes.subarray(0, from + length), bytes.subarray(from)]);
  },
  (bytes, choices) => {
    const from = at(bytes, choices, region);
    bytes.copy(bytes, at(bytes, choices, region), from, Math.min(bytes.length, from + 1 + choices.below(32)));
    return bytes;
  },
  (bytes, choices) => Buffer.concat([bytes, Buffer.alloc(choices.below(4096), choices.below(256))]),
];

/** Replaces numerals and keywords inside a text header, keeping or breaking its length. */
export const textMutator =
  (pattern: RegExp, replacements: readonly string[]): Mutator =>
  (bytes, choices) => {
    const text = bytes.toString('latin1');
    const found = Array.from(text.matchAll(pattern));
    if (found.length === 0) return bytes;
    const match = choices.pick(found);
    const replaced =
      text.slice(0, match.index) + choices.pick(replacements) + text.slice(match.index + match[0].length);
    return Buffer.from(replaced, 'latin1');
  };

/** Everything readable is read in pieces, up to a bound, as the analyses would. */
const readAll = async (checkpoint: Checkpoint): Promise<void> => {
  for (const tensor of checkpoint.tensors.filter(({ readable }) => readable).slice(0, 64)) {
    const length = Math.min(tensor.elements, 65_536);
    await checkpoint.read(tensor.name, 0, length);
    if (tensor.elements > 1) await checkpoint.read(tensor.name, tensor.elements - 1, 1);
  }
};

const SLOW_MS = 500;

/** Opens, reads and closes one file: what was thrown, if anything, and how long it took. */
const attempt = async (format: MutationFormat, path: string): Promise<{ thrown: unknown; took: number }> => {
  const started = performance.now();
  let thrown: unknown;
  try {
    const checkpoint = await format.open(path);
    try {
      await readAll(checkpoint);
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    thrown = error ?? new Error('nothing was thrown');
  }
  return { thrown, took: performance.now() - started };
};

/** The complaint about a thrown thing, if it is not what a user should see. */
const defectOf = (thrown: unknown, path: string): string | undefined => {
  if (!(thrown instanceof GeometryError)) {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
  if (thrown.code === 'internal') return `internal: ${thrown.message}`;
  if (/[\r\n]/.test(thrown.message)) return `more than one line: ${thrown.message}`;
  if (thrown.message.length > 1000)
    return `${thrown.message.length} characters: ${thrown.message.slice(0, 200)}`;
  return thrown.message.includes(path) ? undefined : `does not name the file: ${thrown.message}`;
};

/** Writes, opens and reads one damaged file after the other. */
const openEach = async (format: MutationFormat, mutants: Iterable<Buffer>): Promise<MutationFigures> => {
  const folder = await mkdtemp(join(tmpdir(), 'mutants-'));
  const path = join(folder, `mutant${format.ending}`);
  const codes: Record<string, number> = {};
  const defects: string[] = [];
  let [count, accepted, slowestMs, slowest, peakRss] = [0, 0, 0, 0, 0];
  try {
    for (const [name, bytes] of Object.entries(format.beside ?? {}))
      await writeFile(join(folder, name), bytes);
    for (const bytes of mutants) {
      await writeFile(path, bytes);
      let { thrown, took } = await attempt(format, path);
      // A machine that stalls is not a reader that hangs: what was slow has to be slow again.
      if (took > SLOW_MS) ({ thrown, took } = await attempt(format, path));
      if (thrown === undefined) accepted++;
      const defect = thrown === undefined ? undefined : defectOf(thrown, path);
      if (defect !== undefined && defects.length < 20) defects.push(`mutant ${count}: ${defect}`);
      if (thrown instanceof GeometryError) codes[thrown.code] = (codes[thrown.code] ?? 0) + 1;
      if (took > slowestMs) [slowestMs, slowest] = [took, count];
      if (count % 16 === 0) peakRss = Math.max(peakRss, process.memoryUsage.rss());
      count++;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const refused = count - accepted;
  return {
    mutants: count,
    accepted,
    refused,
    codes,
    slowestMs,
    slowest,
    peakRssMiB: peakRss / 2 ** 20,
    defects,
  };
};

function* mutantsOf(
  seedFiles: readonly Buffer[],
  mutators: readonly Mutator[],
  count: number,
): Generator<Buffer, void> {
  for (let seed = 0; seed < count; seed++) {
    const choices = choicesFrom(seed);
    let bytes: Buffer = Buffer.from(choices.pick(seedFiles));
    for (let rounds = 1 + choices.below(3); rounds > 0; rounds--)
      bytes = choices.pick(mutators)(bytes, choices);
    yield bytes;
  }
}

function* prefixesOf(files: readonly Buffer[], stride: number): Generator<Buffer, void> {
  for (const file of files)
    for (let length = 0; length < file.length; length += stride) yield file.subarray(0, length);
}

/**
 * Opens `count` damaged copies of the seed files, one to three mutations each, and reads all their tensors.
 * Same seed files, mutators and count give the same mutants.
 */
export const mutateAndOpen = (
  format: MutationFormat,
  seedFiles: readonly Buffer[],
  mutators: readonly Mutator[],
  count: number,
): Promise<MutationFigures> => openEach(format, mutantsOf(seedFiles, mutators, count));

/** Opens the files cut at every `stride`-th byte. */
export const cutAndOpen = (
  format: MutationFormat,
  files: readonly Buffer[],
  stride: number,
): Promise<MutationFigures> => openEach(format, prefixesOf(files, stride));

/** States the bounds of the requirement, and prints the figures where many mutants were asked for. */
export const expectHarmless = (format: string, figures: MutationFigures): void => {
  if (figures.mutants > 1000) console.info(format, JSON.stringify(figures));
  expect(figures.defects).toEqual([]);
  expect(figures.slowestMs).toBeLessThan(1000);
  expect(figures.peakRssMiB).toBeLessThan(300);
};
