import type { FileLease } from '../../checkpoints/bytes/byteSource.js';
import type { DensePlace, TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import { foldedSize } from '../../geometry/matrices.js';
import { StepGram, stepJobLength } from '../../linalg/stepGram.js';
import { storedTypes, type StoredRow, type StoredType } from '../../linalg/threads/stepProducts.js';
import { threadCount } from '../../linalg/threads/threads.js';
import type { Survey } from '../../series/survey.js';
import { wholeMatrices, type FoundGram } from './gramPieces.js';

/** Below, float64 costs little, and rounding errors would not average out. */
const FEWEST_ELEMENTS = 1 << 18;
/** Files that are open at one time: systems allow as few as 1,024. */
const MOST_FILES = 200;

/** Jobs that threads have or are about to get: a few more than threads, so that none waits. */
export class Room {
  private readonly running: Promise<unknown>[] = [];

  async take(start: () => Promise<unknown>): Promise<void> {
    while (this.running.length >= threadCount + 2) await this.running.shift();
    this.running.push(start());
  }
}

/** What threads find of a tensor. */
export interface StoredFound {
  /** Of its parts, or of itself where it has none. */
  readonly parts: readonly FoundGram[];
  /** Of the last checkpoint. */
  readonly sum: number;
  readonly sumOfSquares: number;
}

export interface Started {
  /** Undefined where the tensor must be read as float64. Files are released; call it in every case. */
  end(): Promise<StoredFound | undefined>;
}

/**
 * Gives a tensor to threads that read and multiply it; yields how much of it they were given. Undefined where it must be
 * read as float64: it is small, or its numbers do not lie in files as they are.
 */
export async function* startStored(
  survey: Survey,
  tensor: TensorInfo,
  room: Room,
): AsyncGenerator<number, Started | undefined> {
  const parts = stretchesOf(survey, tensor);
  const places = parts && (await placesOf(survey, tensor));
  if (parts === undefined || places === undefined) return undefined;
  const files = await leased(places);
  if (files === undefined) return undefined;
  const grams = parts.map(() => new StepGram(places.length));
  const ended = endOf(grams, files);
  let isStarted = false;
  try {
    let given = 0;
    for (const [i, part] of parts.entries()) {
      for (const [start, length] of part) {
        const rows = places.map(({ dtype, offset }, t): StoredRow => {
          const at = files[t]!.start + offset + start * storedTypes[dtype];
          return { descriptor: files[t]!.descriptor, at, type: dtype };
        });
        await room.take(() => grams[i]!.add(rows, length));
        given += length;
        yield given / tensor.elements;
      }
    }
    isStarted = true;
    return { end: ended };
  } finally {
    // A file is closed after the last thread has read it.
    if (!isStarted) await ended();
  }
}

const endOf = (grams: readonly StepGram[], files: readonly FileLease[]) => {
  let ending: Promise<StoredFound | undefined> | undefined;
  const end = async (): Promise<StoredFound | undefined> => {
    const results = await Promise.all(grams.map((gram) => gram.result())).finally(() => releaseAll(files));
    const found = results.filter((result) => result !== undefined);
    if (found.length < results.length) return undefined;
    return {
      parts: found.map(({ gram, areEqual }) => ({ gram, mayBeEqual: areEqual })),
      sum: found.reduce((total, { sum }) => total + sum, 0),
      sumOfSquares: found.reduce((total, { sumOfSquares }) => total + sumOfSquares, 0),
    };
  };
  return () => (ending ??= end());
};

/** First element and length of what a thread gets at a time, for each part of the tensor. */
const stretchesOf = (survey: Survey, tensor: TensorInfo): (readonly [number, number])[][] | undefined => {
  const { elements, shape } = tensor;
  const checkpoints = survey.checkpoints.length;
  if (elements < FEWEST_ELEMENTS || checkpoints > MOST_FILES) return undefined;
  const most = stepJobLength(checkpoints);
  const ranges = wholeMatrices(survey, tensor).flatMap(({ range }) => range ?? []);
  if (ranges.length === 0) return [cut(0, elements, most)];
  const { rows, columns } = foldedSize(shape)!;
  // A part of some columns lies scattered.
  const isWhole = ranges.every(({ columns: [left, right] }) => right - left === columns);
  const rowsOf = ranges.map((range) => range.rows);
  const covered = rowsOf.flat().reduce((sum, [from, to]) => sum + (to - from), 0);
  if (!isWhole || covered !== rows) return undefined;
  return rowsOf.map((own) => own.flatMap(([from, to]) => cut(from * columns, to * columns, most)));
};

const cut = (from: number, to: number, most: number): (readonly [number, number])[] => {
  const pieces: (readonly [number, number])[] = [];
  for (let at = from; at < to; at += most) pieces.push([at, Math.min(most, to - at)]);
  return pieces;
};

type StoredPlace = DensePlace & { readonly dtype: StoredType };

const isStored = (place: DensePlace | undefined): place is StoredPlace =>
  place !== undefined && place.dtype in storedTypes && place.source.lease !== undefined;

/** Where each checkpoint holds the tensor. */
const placesOf = async (survey: Survey, { name }: TensorInfo): Promise<StoredPlace[] | undefined> => {
  const places: StoredPlace[] = [];
  for (let t = 0; t < survey.checkpoints.length; t++) {
    const place = (await survey.pool.get(t)).place?.(name);
    if (!isStored(place)) return undefined;
    places.push(place);
  }
  return places;
};

/** The open files; undefined where one cannot be had, of which whoever reads the tensor will say why. */
const leased = async (places: readonly StoredPlace[]): Promise<FileLease[] | undefined> => {
  const files: FileLease[] = [];
  for (const { source } of places) {
    const file = await source.lease?.().catch(() => undefined);
    if (file === undefined) {
      await releaseAll(files);
      return undefined;
    }
    files.push(file);
  }
  return files;
};

/** Releases every one, then throws the first failure. */
const releaseAll = async (files: readonly FileLease[]): Promise<void> => {
  const released = await Promise.allSettled(files.map((file) => file.release()));
  const failed = released.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};
