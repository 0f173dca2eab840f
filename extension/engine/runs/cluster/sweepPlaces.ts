import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Place } from '../../../contract/sweep.js';
import { openRegular } from '../../../disk/regularFile.js';
import { findRun } from '../../../queue/localRun.js';
import { atATime } from '../../ground/atATime.js';
import { readMetrics } from '../../training/run/metricsFile.js';
import type { Cell } from '../grid.js';
import { filesAtOnce, watchedProgress, type CellProgress } from '../progress.js';
import { silentRuns } from '../silentRuns.js';
import { runFolder } from '../sweepFile.js';
import { grouped } from '../../ground/work/grouped.js';
import { placeOf } from './runStates.js';
import type { AskedJob, ElementState, Scheduler, SchedulerAnswer } from './scheduler.js';
import { clusterFolder, readSubmissions, stopPath, type Submission } from './submission.js';
import { schedulerNamed } from './table.js';

/** The element of a run: the latest submission's. */
export interface ElementOf {
  readonly submission: Submission;
  readonly element: number;
}

/** Run → its element. */
export const elementsOf = (submissions: readonly Submission[]): ReadonlyMap<string, ElementOf> => {
  const found = new Map<string, ElementOf>();
  for (const submission of submissions) {
    submission.elements.forEach((names, element) => {
      for (const name of names) found.set(name, { submission, element });
    });
  }
  return found;
};

/** A submission as a scheduler query. */
export const askedJob = (sweep: string, { name, parts }: Submission): AskedJob => ({
  ...{ name, parts, folder: clusterFolder(sweep) },
});

/** One query per scheduler, about all of its jobs. */
const askAll = async (
  sweep: string,
  submissions: readonly Submission[],
  named: (name: string) => Scheduler,
): Promise<SchedulerAnswer> => {
  const byScheduler = grouped(submissions, ({ scheduler }) => scheduler);
  const answers = await Promise.all(
    [...byScheduler].map(([name, jobs]) => named(name).ask(jobs.map((job) => askedJob(sweep, job)))),
  );
  const silent = answers.find((answer) => !answer.ok);
  if (silent !== undefined) return silent;
  return { ok: true, elements: answers.flatMap((answer) => (answer.ok ? answer.elements : [])) };
};

const wasStopped = (sweep: string, { submission, element }: ElementOf): boolean =>
  existsSync(stopPath(clusterFolder(sweep), submission.name, element));

const isDone = ({ status }: CellProgress): boolean => status === 'finished' || status === 'queued';

/** The state of a sweep's runs, on all machines, in the order of the cells. */
export const sweepPlaces = async (
  sweep: string,
  cells: readonly Cell[],
  named: (name: string) => Scheduler = (name) => schedulerNamed(name),
): Promise<Place[]> => {
  const submissions = await readSubmissions(sweep);
  // The queue first: the end of a run that ends meanwhile is then on disk.
  const answer = await askAll(sweep, submissions, named);
  const inQueue = new Map<string, ElementState>(
    answer.ok ? answer.elements.map((element) => [`${element.job} ${element.element}`, element]) : [],
  );
  const elements = elementsOf(submissions);
  const progress = await watchedProgress(sweep, cells);
  const elementOf = ({ cell }: CellProgress): ElementState | undefined => {
    const own = elements.get(cell.name);
    return own && inQueue.get(`${own.submission.name} ${own.element}`);
  };
  // A claim of another host without a running element: its node may have died a moment ago.
  const doubtful = await atATime(progress, filesAtOnce, async (each) => {
    if (!answer.ok || isDone(each) || elementOf(each)?.state === 'working') return [];
    const folder = runFolder(sweep, each.cell);
    return (await findRun(folder)).kind === 'elsewhere' ? [folder] : [];
  });
  const silent = await silentRuns(doubtful.flat());
  return atATime(progress, filesAtOnce, async (each): Promise<Place> => {
    const own = elements.get(each.cell.name);
    const element = elementOf(each);
    const folder = runFolder(sweep, each.cell);
    const secondsLeft =
      each.status === 'running' ? await timeLeft(folder, each.cell.config.maxSteps) : undefined;
    const place = placeOf({
      progress: each,
      held: isDone(each) || silent.has(folder) ? { kind: 'none' } : await findRun(folder),
      wasSubmitted: own !== undefined,
      wasStopped: each.run?.status === 'stopped' && own !== undefined && wasStopped(sweep, own),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
      ...(element === undefined ? {} : { element }),
      ...(answer.ok ? {} : { silence: answer.error }),
    });
    const died = place.state === 'lost' || (place.state === 'absent' && own !== undefined && !place.unsure);
    if (!died || own === undefined || place.says !== undefined) return place;
    const words = await lastWords(sweep, own, named(own.submission.scheduler));
    return words === undefined ? place : { ...place, says: words };
  });
};

const timeLeft = async (folder: string, of: number): Promise<number | undefined> => {
  const lines = await readMetrics(folder);
  const pace = lines.findLast(({ stepsPerSecond }) => stepsPerSecond !== undefined)?.stepsPerSecond;
  const step = lines.at(-1)?.step;
  return pace === undefined || pace <= 0 || step === undefined ? undefined : (of - step) / pace;
};

const tailBytes = 4096;
const quotedLines = 3;

/** The last lines of an element's output; undefined if it has none. */
const lastWords = async (
  sweep: string,
  { submission, element }: ElementOf,
  scheduler: Scheduler,
): Promise<string | undefined> => {
  const part = submission.parts.find(({ first, count }) => element >= first && element < first + count);
  if (part === undefined) return undefined;
  try {
    const { handle, stats } = await openRegular(
      path.join(clusterFolder(sweep), scheduler.outputFile(part, element)),
    );
    try {
      const size = Number(stats.size);
      const bytes = Buffer.alloc(Math.min(size, tailBytes));
      await handle.read(bytes, 0, bytes.length, Math.max(0, size - bytes.length));
      const lines = bytes.toString('utf8').trim().split('\n').slice(-quotedLines);
      return lines.join(' / ') || undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
};
