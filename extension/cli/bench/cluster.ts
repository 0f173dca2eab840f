import fs from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as v from 'valibot';
import type { RunFile } from '../../contract/run.js';
import { standardEncoder } from '../../contract/standardModel.js';
import type { Launcher } from '../../queue/launcher.js';
import { PollPace } from '../../queue/pollPace.js';
import { RunQueue } from '../../queue/runQueue.js';
import type { Place } from '../../contract/sweep.js';
import { slurm } from '../../engine/runs/cluster/slurm.js';
import { isLeft } from '../../engine/runs/cluster/runStates.js';
import { submissionPath } from '../../engine/runs/cluster/submission.js';
import { submitSweep } from '../../engine/runs/cluster/submitSweep.js';
import { sweepPlaces } from '../../engine/runs/cluster/sweepPlaces.js';
import { cellsOf, gridSchema, type Cell } from '../../engine/runs/grid.js';
import { beginSweep, runFolder } from '../../engine/runs/sweepFile.js';
import type { Bench, Measurement } from './bench.js';
import { ScriptedSlurm, type Ending } from './scriptedSlurm.js';

const count = 10_000;
/** Polls at the beginning and in the middle of the sweep; each reads the files of all runs. */
const measuredPolls = 80;
/** When about half of the runs have ended, in seconds: they take 105 minutes on average, 256 at a time. */
const halfTime = (count / 2 / 256) * 6300;
const name = `a sweep of ${count.toLocaleString('en')} runs on a scripted Slurm`;

/** One scale and decay, a seed for each run. */
export const seedsGrid = (runs: number) =>
  v.parse(gridSchema, {
    name: 'seeds',
    base: {
      name: 'base',
      model: standardEncoder,
      data: {
        tasks: ['add'],
        split: { method: 'python-random-shuffle', seed: 0, trainFraction: 0.5, firstToken: 0 },
      },
    },
    scales: [{ name: 'base', model: standardEncoder }],
    decays: [1],
    seeds: Array.from({ length: runs }, (_, seed) => seed),
    tasks: [['add']],
  });

/** The files of a run in this state. A killed run is marked as running, and has no holder. */
export const writeRun = (sweep: string, cell: Cell, how: Ending | 'running'): void => {
  const folder = runFolder(sweep, cell);
  fs.mkdirSync(folder, { recursive: true });
  const status = how === 'killed' ? 'running' : how;
  const { maxSteps, model: own, data } = cell.config;
  const run: RunFile = {
    ...{ schema: 'weight-geometry/run@1', config: cell.config, model: own, data, versions: {}, status },
    provider: { name: 'cpu', tf32: false, passedOver: [] },
    lastStep: how === 'finished' ? maxSteps : 100,
    ...(how === 'failed' ? { error: { code: 'not-finite', message: 'The loss did not stay finite.' } } : {}),
  };
  fs.writeFileSync(path.join(folder, 'run.json'), JSON.stringify(run));
};

const endingOf = (index: number): Ending =>
  index % 97 === 13 ? 'failed' : index % 89 === 7 ? 'killed' : 'finished';

const countsOf = (places: readonly Place[]): string => {
  const states = [...new Set(places.map(({ state }) => state))];
  return states
    .map((state) => `${places.filter((place) => place.state === state).length} ${state}`)
    .join(', ');
};

/** Heap in use after a collection: without one, the difference of two looks may be negative. */
const heapInUse = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};

/** Cost of a run queue of this machine: heap while all runs wait in it, and CPU time until all have ended. */
const queueCost = async (cells: readonly Cell[]): Promise<{ heap: number; cpu: number; begun: number }> => {
  let places = 0;
  let begun = 0;
  const launcher: Launcher = {
    capacity: () => places,
    sharesCores: false,
    start: () => {
      begun++;
      const nothing = () => undefined;
      const ended = Promise.resolve(undefined);
      return { pause: nothing, resume: nothing, stop: nothing, leave: nothing, ended };
    },
  };
  const before = heapInUse();
  const beginning = process.cpuUsage();
  const queue = new RunQueue({ launcher });
  for (const { name, config } of cells) {
    const request = { config, out: name, provider: 'cpu' } as const;
    queue.add({ folder: name, begin: () => ({ request, events: {} }), ended: () => undefined });
  }
  const filling = process.cpuUsage(beginning);
  const heap = heapInUse() - before;
  const emptying = process.cpuUsage();
  places = 256;
  queue.next();
  await queue.idle();
  const cpu = [filling, process.cpuUsage(emptying)].reduce((sum, { user, system }) => sum + user + system, 0);
  return { heap, cpu: cpu / 1000, begun };
};

const recordSchema = v.object({ elements: v.array(v.tuple([v.string()])) });

const trueState = { finished: 'finished', failed: 'failed', killed: 'lost' } as const;

/**
 * Ten thousand runs of half an hour to three hours, 256 at a time; the controller is unavailable for ten
 * minutes.
 */
export const clusterBench: Bench = {
  name: 'cluster',
  summary: 'a sweep of 10,000 runs on a scripted Slurm: cost of a poll, memory, states',
  run: async ({ say, temporaryFolder, isWanted }) => {
    if (!isWanted(name)) return [];
    const sweep = path.join(temporaryFolder, 'cluster');
    await mkdir(sweep, { recursive: true });
    try {
      const grid = seedsGrid(count);
      const cells = cellsOf(grid);
      await beginSweep(sweep, grid);
      const byName = new Map(cells.map((cell) => [cell.name, cell]));
      const elements = new Map<string, readonly string[]>();
      /** The run of an element, from the record of its job, which is written before the job is submitted. */
      const cellOf = (index: number, job: string): Cell => {
        const known =
          elements.get(job) ??
          v
            .parse(recordSchema, JSON.parse(fs.readFileSync(submissionPath(sweep, job), 'utf8')))
            .elements.map(([first]) => first);
        elements.set(job, known);
        return byName.get(known[index]!)!;
      };
      /** Runs of the first submission end as scripted; resubmitted runs all finish. */
      const endingIn = (index: number, job: string): Ending =>
        job === [...elements.keys()][0] ? endingOf(index) : 'finished';
      const fake = new ScriptedSlurm({
        duration: (index) => 1800 + ((index * 7919) % 9000),
        ending: endingIn,
        isAway: (second) => second > 600 && second < 1_200,
        begun: (index, job) => writeRun(sweep, cellOf(index, job), 'running'),
        ended: (index, how, job) => writeRun(sweep, cellOf(index, job), how),
      });
      const named = () => slurm(fake.run);
      const toEnd = (): void => {
        while (!fake.isIdle) fake.advance(3600);
      };
      const submit = (): Promise<number> =>
        submitSweep(sweep, cells, {
          ...{ scheduler: named(), job: { maxAtOnce: 256 }, provider: 'cpu', rowsPerTask: 1 },
          ...{ grid, command: ['node', 'cli.js'] },
        });
      await submit();
      let pace = new PollPace();
      let restarted = '';
      const resubmitted = new Set<string>();
      const before = process.memoryUsage().heapUsed;
      let cpu = 0;
      let polls = 0;
      let longest = 0;
      let heap = 0;
      let unsure = 0;
      let shown = '';
      let places: readonly Place[] = [];
      do {
        const start = process.cpuUsage();
        places = await sweepPlaces(sweep, cells, named);
        const taken = process.cpuUsage(start);
        const ms = (taken.user + taken.system) / 1000;
        cpu += ms;
        longest = Math.max(longest, ms);
        polls++;
        heap = Math.max(heap, process.memoryUsage().heapUsed - before);
        const silent = places.some((place) => place.unsure);
        if (silent) unsure++;
        const text = JSON.stringify(places);
        fake.advance(pace.after({ answered: !silent, changed: text !== shown }) / 1000);
        shown = text;
        if (polls % 40 === 0) say(`${(fake.second / 3600).toFixed(1)} h: ${countsOf(places)}`);
        if (polls === measuredPolls / 2) {
          while (fake.second < halfTime) fake.advance(3600);
          // The first follower is gone. A second one starts with nothing but the folder, and submits the rest.
          places = await sweepPlaces(sweep, cells, named);
          const left = places.filter(isLeft).map((place) => place.name);
          const submitted = await submit();
          for (const each of left) resubmitted.add(each);
          const found = await sweepPlaces(sweep, cells, named);
          const differ = found.filter(
            (place, i) => !resubmitted.has(place.name) && !isDeepStrictEqual(place, places[i]),
          );
          restarted = `restarted in the middle: ${left.length} were left and ${submitted} submitted, ${differ.length} others seen differently`;
          say(`${(fake.second / 3600).toFixed(1)} h: ${countsOf(places)}; ${restarted}`);
          pace = new PollPace();
        }
        // The rest of the sweep without queries, as if the follower had left.
        if (polls === measuredPolls) toEnd();
      } while (!fake.isIdle);
      places = await sweepPlaces(sweep, cells, named);
      const wrong = places.filter(
        (place, i) => place.state !== (resubmitted.has(place.name) ? 'finished' : trueState[endingOf(i)]),
      );
      say(`end: ${countsOf(places)}; ${wrong.length} in a wrong state; at most ${fake.most} at once`);
      const again = await submit();
      toEnd();
      say(`submitted again: ${again}; then ${countsOf(await sweepPlaces(sweep, cells, named))}`);
      const queue = await queueCost(cells);
      const measured: Measurement[] = [
        {
          ...{ name: `${name}: CPU time of a poll`, unit: 'ms', ours: cpu / polls },
          note: `longest ${longest.toFixed(0)} ms, ${polls} polls, ${unsure} without an answer, ${(fake.asked.characters / fake.asked.calls / 1024).toFixed(0)} kB an answer`,
        },
        {
          ...{ name: `${name}: heap`, unit: 'MB', ours: heap / 2 ** 20 },
          note: `${wrong.length} runs in a wrong state at the end; ${restarted}; ${again} submitted again`,
        },
        {
          ...{ name: `${name}: heap of a local queue of as many`, unit: 'MB', ours: queue.heap / 2 ** 20 },
          note: `${queue.cpu.toFixed(0)} ms of CPU time until all ${queue.begun} had ended`,
        },
      ];
      return measured;
    } finally {
      await rm(sweep, { recursive: true, force: true });
    }
  },
};
