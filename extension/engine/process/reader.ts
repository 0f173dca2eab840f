import { stat } from 'node:fs/promises';
import { readerSchemas } from '../../contract/callSchemas.js';
import type { CachedStatistics, FileSummary, Reply, SeriesListing } from '../../contract/calls.js';
import { GeometryError } from '../../contract/errors.js';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import { openCheckpoint } from '../checkpoints/openCheckpoint.js';
import { discover } from '../checkpoints/series.js';
import { foldedSize } from '../geometry/matrices.js';
import { rankStatistics } from '../geometry/rankStatistics.js';
import { fileIdentities, readStatistics } from '../inspection/reportCache.js';
import { singularValues } from '../linalg/singularValues.js';
import { serveParent } from './channel.js';

/** A hover may compute a matrix of this many elements: some 10 ms, without the native runtime. */
const mostElements = 256 * 256;
/** Headers and statistics of this many files are kept; the oldest leave first. */
const mostKept = 2000;

type Described = Omit<FileSummary, 'cached'>;

/** The role that answers hovers and listings at once: headers, cached statistics, small matrices. */
export function serveReader(cacheFolder: string | undefined): void {
  const headers = new Kept<Described>();
  const spectra = new Kept<CachedStatistics>();
  const headerOf = (path: string): Promise<Described> =>
    headers.of(path, path, () => reading(path, (checkpoint) => describe(path, checkpoint)));
  serveParent(readerSchemas, {
    describe: async (path) => {
      const described = await headerOf(path);
      const cached = cacheFolder === undefined ? [] : await statisticsOf(cacheFolder, path);
      return ok({ ...described, cached });
    },
    discover: async (path) => ok(await seriesAt(path)),
    quickStatistics: async (path, tensor) => {
      const { tensors } = await headerOf(path);
      const size = foldedSize(tensors.find(({ name }) => name === tensor)?.shape ?? []);
      if (size === undefined || size.rows * size.columns > mostElements) return ok(undefined);
      return ok(
        await spectra.of(`${path}\n${tensor}`, path, () =>
          reading(path, (checkpoint) => statistics(checkpoint, tensor, size)),
        ),
      );
    },
  });
}

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });

/** Answers about files, each as long as its file has the size and time that it had. */
class Kept<T> {
  private readonly answers = new Map<string, { readonly identity: string; readonly answer: Promise<T> }>();

  async of(key: string, path: string, ask: () => Promise<T>): Promise<T> {
    const identity = await identityOf(path);
    const kept = this.answers.get(key);
    if (kept?.identity === identity) return kept.answer;
    const answer = ask();
    this.answers.set(key, { identity, answer });
    const [oldest] = this.answers.keys();
    if (this.answers.size > mostKept && oldest !== undefined) this.answers.delete(oldest);
    // What could not be read may be readable a moment later.
    answer.catch(() => this.answers.delete(key));
    return answer;
  }
}

async function identityOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}|${mtimeMs}`;
  } catch (cause) {
    throw new GeometryError('not-found', `${path}: there is no such file or folder.`, { cause });
  }
}

async function reading<T>(path: string, read: (checkpoint: Checkpoint) => T | Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(path);
  try {
    return await read(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

function describe(path: string, checkpoint: Checkpoint): Described {
  const { files, format, step, tensors, warnings } = checkpoint;
  return {
    path,
    format,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    ...(step === undefined ? {} : { step }),
    parameters: tensors.reduce((sum, { elements }) => sum + elements, 0),
    tensors: tensors.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype })),
    warnings: [...warnings],
  };
}

async function statistics(
  checkpoint: Checkpoint,
  tensor: string,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Promise<CachedStatistics> {
  const data = await checkpoint.read(tensor, 0, rows * columns);
  const { values } = await singularValues({ rows, columns, data }, { name: tensor });
  const { spectralNorm, stableRank, effectiveRank } = rankStatistics(values);
  return {
    tensor,
    rows,
    columns,
    spectralNorm,
    ...(stableRank === undefined ? {} : { stableRank }),
    ...(effectiveRank === undefined ? {} : { effectiveRank }),
    exact: true,
  };
}

async function statisticsOf(cacheFolder: string, path: string): Promise<readonly CachedStatistics[]> {
  const [identity] = await fileIdentities([path]);
  return identity ? readStatistics(cacheFolder, identity) : [];
}

async function seriesAt(path: string): Promise<SeriesListing[]> {
  const { series } = await discover(path);
  return series.map(({ root, name, checkpoints, warnings, isRun }) => ({
    root,
    name,
    checkpoints: checkpoints.map((entry) => ({
      label: entry.label,
      ...(entry.step === undefined ? {} : { step: entry.step }),
      path: entry.path,
      bytes: entry.files.reduce((sum, { bytes }) => sum + bytes, 0),
    })),
    warnings: [...warnings],
    isRun,
  }));
}
