import { stat } from 'node:fs/promises';
import { readerSchemas } from '../../contract/callSchemas.js';
import type { CachedStatistics, FileSummary, Reply } from '../../contract/calls.js';
import type { RunRecord } from '../../contract/training.js';
import { GeometryError } from '../../contract/errors.js';
import { describeFile, listSeries, listSeriesOf } from '../inspection/describeFile.js';
import { quickStatistics } from '../inspection/quickStatistics.js';
import { fileIdentities } from '../../disk/fileIdentity.js';
import { readStatistics } from '../inspection/reportCache.js';
import { placesIn, stopIn, submitAgain } from '../runs/cluster/sweepService.js';
import { openSweep } from '../runs/openSweep.js';
import { allRuns } from '../papers/paper.js';
import { papers } from '../papers/table.js';
import { presets } from '../training/presets.js';
import { findRun } from '../../queue/localRun.js';
import { readMetrics } from '../training/run/metricsFile.js';
import { readRunFile } from '../training/run/runDirectory.js';
import { loadRunConfig, parseRunConfig, withAssignments } from '../training/runConfig.js';
import { serveParent } from '../ground/serving/channel.js';

/** Number of files whose headers and statistics are cached; the oldest are dropped first. */
const mostKept = 2000;

/** The role that answers hovers and listings at once: headers, cached statistics, small matrices. */
export function serveReader(cacheFolder: string | undefined): void {
  const headers = new Kept<FileSummary>();
  const spectra = new Kept<CachedStatistics | undefined>();
  serveParent(readerSchemas, {
    describe: async (path) => {
      const header = await headers.of(path, path, () => describeFile(path));
      // Later inspections of the same file add statistics, so they are looked up every time.
      const cached = cacheFolder === undefined ? [] : await statisticsOf(cacheFolder, path);
      return ok({ ...header, cached });
    },
    discover: async (path) => ok(await listSeries(path)),
    seriesOf: async (top, folders) => ok(await listSeriesOf(top, folders)),
    quickStatistics: async (path, tensor) =>
      ok(await spectra.of(`${path}\n${tensor}`, path, () => quickStatistics(path, tensor))),
    presets: () =>
      Promise.resolve(
        ok(presets.map((preset) => ({ ...preset, config: parseRunConfig(preset.config, preset.name) }))),
      ),
    papers: () =>
      Promise.resolve(
        ok(
          papers.map((paper) => {
            const { id, title, about } = paper;
            const runs = (quick: boolean): number => allRuns(paper.plan({ quick, options: {} })).length;
            return { id, title, about, runs: { quick: runs(true), whole: runs(false) } };
          }),
        ),
      ),
    runConfig: async (presetOrFile, assignments) =>
      ok(withAssignments(await loadRunConfig(presetOrFile), assignments)),
    run: async (folder) => ok(await runIn(folder)),
    sweep: async (folder, gridFile) => ok(await openSweep(folder, gridFile ?? undefined)),
    places: async (folder) => ok(await placesIn(folder)),
    submitSweep: async (folder, submission) => ok(await submitAgain(folder, submission)),
    stopSweep: async (folder, names) => {
      await stopIn(folder, names);
      return ok(undefined);
    },
  });
}

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });

async function runIn(folder: string): Promise<RunRecord | undefined> {
  const file = await readRunFile(folder);
  if (file === undefined) return undefined;
  const trainer = await findRun(folder);
  const metrics = await readMetrics(folder);
  return {
    ...{ folder, file, metrics },
    ...(trainer.kind === 'here' ? { trainedBy: trainer.pid } : {}),
    ...(trainer.kind === 'elsewhere' ? { trainedOn: trainer.host ?? '' } : {}),
  };
}

/** Caches answers about files, each while its file keeps its size and time. */
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
    // An unreadable file may be readable a moment later.
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

async function statisticsOf(cacheFolder: string, path: string): Promise<readonly CachedStatistics[]> {
  const [identity] = await fileIdentities([path]);
  return identity ? readStatistics(cacheFolder, identity) : [];
}
