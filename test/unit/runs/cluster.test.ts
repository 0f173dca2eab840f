import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedsGrid, writeRun } from '../../../extension/cli/bench/cluster.js';
import { sweepCommand } from '../../../extension/cli/sweepCommand.js';
import { ScriptedSlurm, type Ending } from '../../../extension/cli/bench/scriptedSlurm.js';
import { PollPace, pollPace } from '../../../extension/queue/pollPace.js';
import type { RunFile } from '../../../extension/contract/run.js';
import type { RunFacts } from '../../../extension/engine/runs/cluster/runStates.js';
import { placeOf } from '../../../extension/engine/runs/cluster/runStates.js';
import type { ArrayJob, ElementState } from '../../../extension/engine/runs/cluster/scheduler.js';
import { parseQueue, slurm } from '../../../extension/engine/runs/cluster/slurm.js';
import { shellWord, slurmScript } from '../../../extension/engine/runs/cluster/slurmScript.js';
import { readSubmissions } from '../../../extension/engine/runs/cluster/submission.js';
import { previewSweep, stopSweep, submitSweep } from '../../../extension/engine/runs/cluster/submitSweep.js';
import { sweepPlaces } from '../../../extension/engine/runs/cluster/sweepPlaces.js';
import type { RunCommand } from '../../../extension/engine/runs/cluster/systemCommand.js';
import { schedulerNamed } from '../../../extension/engine/runs/cluster/table.js';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { beginSweep } from '../../../extension/engine/runs/sweepFile.js';

const runs = 40;
const grid = seedsGrid(runs);
const cells = cellsOf(grid);

let sweep: string;
beforeEach(async () => {
  sweep = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-cluster-'));
  await beginSweep(sweep, grid);
});
afterEach(() => fs.rmSync(sweep, { recursive: true, force: true }));

const endingOf = (index: number): Ending => (index === 3 ? 'failed' : index === 5 ? 'killed' : 'finished');
const scripted = (away: (second: number) => boolean = () => false): ScriptedSlurm =>
  new ScriptedSlurm({
    duration: () => 100,
    ending: endingOf,
    isAway: away,
    begun: (index) => writeRun(sweep, cells[index]!, 'running'),
    ended: (index, how) => writeRun(sweep, cells[index]!, how),
  });
const submitTo = (run: RunCommand, rowsPerTask = 1): Promise<number> =>
  submitSweep(sweep, cells, {
    ...{ scheduler: slurm(run), job: { maxAtOnce: 4 }, provider: 'cpu', rowsPerTask },
    ...{ grid, command: ['node', 'cli.js'] },
  });
const placesWith = (run: RunCommand) => sweepPlaces(sweep, cells, () => slurm(run));
const statesWith = async (run: RunCommand): Promise<string[]> =>
  (await placesWith(run)).map(({ state }) => state);

describe('a sweep on a scripted Slurm', () => {
  it('shows every run in its true state at each moment and at the end', async () => {
    const fake = scripted();
    expect(await submitTo(fake.run)).toBe(runs);
    expect(new Set(await statesWith(fake.run))).toEqual(new Set(['waiting']));
    fake.advance(150);
    const middle = await placesWith(fake.run);
    expect(middle.filter(({ state }) => state === 'starting').map(({ node }) => node)).toEqual([
      'node4',
      'node5',
      'node6',
      'node7',
    ]);
    expect(middle[3]).toMatchObject({ state: 'failed', says: 'The loss did not stay finite.' });
    expect(middle[10]).toMatchObject({ state: 'waiting', says: 'JobArrayTaskLimit' });
    while (!fake.isIdle) fake.advance(1000);
    const end = await statesWith(fake.run);
    // The element left the queue as any other does: that says nothing.
    expect(end[5]).toBe('lost');
    expect(end.filter((state) => state === 'finished')).toHaveLength(runs - 2);
    expect(fake.most).toBe(4);
  });

  it('submits again what failed or was lost, and nothing that waits, trains or has finished', async () => {
    const fake = scripted();
    await submitTo(fake.run);
    expect(await submitTo(fake.run)).toBe(0);
    while (!fake.isIdle) fake.advance(1000);
    expect(await submitTo(fake.run)).toBe(2);
    const [, again] = await readSubmissions(sweep);
    expect(again!.elements.flat()).toEqual([cells[3]!.name, cells[5]!.name]);
  });

  it('submits nothing while the queue is silent, and shows no run as ended', async () => {
    let away = false;
    const fake = scripted(() => away);
    await submitTo(fake.run);
    away = true;
    const places = await placesWith(fake.run);
    expect(places.every(({ state, unsure }) => state === 'absent' && unsure === true)).toBe(true);
    await expect(submitTo(fake.run)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await readSubmissions(sweep)).toHaveLength(1);
  });

  it('stops one run, then all', async () => {
    const fake = scripted();
    await submitTo(fake.run);
    fake.advance(50);
    const name = cells[20]!.name;
    await stopSweep(sweep, await placesWith(fake.run), () => slurm(fake.run), [name]);
    expect((await statesWith(fake.run)).filter((state) => state === 'absent')).toHaveLength(1);
    await stopSweep(sweep, await placesWith(fake.run), () => slurm(fake.run));
    expect(fake.isIdle).toBe(true);
  });

  it('puts runs of one shape into one element', async () => {
    const fake = scripted();
    await submitTo(fake.run, 16);
    const [submission] = await readSubmissions(sweep);
    expect(submission!.elements.map((names) => names.length)).toEqual([16, 16, 8]);
  });

  it('finds an array that was submitted by a process which died before it could record it', async () => {
    const fake = scripted();
    await submitTo(fake.run);
    const [submission] = await readSubmissions(sweep);
    const file = path.join(sweep, 'cluster', `${submission!.name}.json`);
    fs.writeFileSync(file, JSON.stringify({ ...submission, parts: [] }));
    const byName: RunCommand = (program, args) => {
      if (!args.includes(`--name=${submission!.name}`)) return fake.run(program, args);
      const stdout = Array.from({ length: runs }, (_, i) => `1|${i}|${file} 0`).join('\n');
      return Promise.resolve({ status: 0, stdout, stderr: '' });
    };
    expect(new Set(await statesWith(byName))).toEqual(new Set(['waiting']));
  });

  it('previews without submitting', async () => {
    const fake = scripted();
    const text = await previewSweep(sweep, cells, {
      ...{ scheduler: slurm(fake.run), job: { partition: 'gpu', time: '1:00:00' }, provider: 'cuda' },
      ...{ rowsPerTask: 1, grid, command: ['node', 'cli.js'] },
    });
    expect(text).toContain('--array=0-39%256');
    expect(text).toContain('--partition=gpu --time=1:00:00');
    expect(fake.isIdle).toBe(true);
    expect(fs.existsSync(path.join(sweep, 'cluster'))).toBe(false);
  });
});

describe('files of CUDA', () => {
  it('are loaded on the machines of the scheduler, not where the sweep is submitted', async () => {
    const scripts: string[] = [];
    for (const name of ['slurm', 'kubernetes', 'ray']) {
      scripts.push(
        await previewSweep(sweep, cells, {
          scheduler: schedulerNamed(name, { ray: { address: 'http://127.0.0.1:8265', send: () => never } }),
          job: {
            cudaFrom: ['/opt/my env', '/opt/cuda'],
            ...(name === 'kubernetes' ? { image: 'i', volume: 'v' } : {}),
          },
          ...{ provider: 'cuda', rowsPerTask: 1, grid, command: ['node', 'cli.js'] },
        }),
      );
    }
    for (const text of scripts)
      expect(text).toMatch(/--cuda-from\W+\/opt\/my env\W+--cuda-from\W+\/opt\/cuda/);
    const { computesHere } = sweepCommand;
    expect(computesHere!(['g.json', '--on', 'slurm', '--cuda-from', '/opt'])).toBe(false);
    expect(computesHere!(['g.json', '--on=ray'])).toBe(false);
    for (const here of [['g.json'], ['g.json', '--on', 'here'], ['--on=here', 'g.json'], ['--once']]) {
      expect(computesHere!(here)).toBe(true);
    }
  });
});

const never = new Promise<never>(() => undefined);

describe('the state of a run', () => {
  const facts = (own: Partial<RunFacts>, status: RunFacts['progress']['status'] = 'running'): RunFacts => ({
    progress: { cell: cells[0]!, status, step: 10 },
    held: { kind: 'none' },
    wasSubmitted: true,
    wasStopped: false,
    ...own,
  });
  const working: ElementState = { job: 'j', element: 0, state: 'working', node: 'n1' };
  it('is what the run wrote, before what the queue says', () => {
    expect(placeOf(facts({ element: working }, 'finished')).state).toBe('finished');
  });
  it('is running on the host of its claim', () => {
    expect(placeOf(facts({ held: { kind: 'elsewhere', host: 'n7' } }))).toMatchObject({
      state: 'running',
      node: 'n7',
    });
  });
  it('is lost where nobody holds it and the queue has no element of it', () => {
    expect(placeOf(facts({})).state).toBe('lost');
    expect(placeOf(facts({ held: { kind: 'lapsed', by: 'clock' } })).state).toBe('lost');
  });
  it('is stopped where the user stopped it, and lost where its scheduler ended it and went on with nothing', () => {
    const run = { status: 'stopped' } as RunFile;
    const progress = { cell: cells[0]!, status: 'stopped', step: 10, run } as const;
    expect(placeOf(facts({ progress, wasStopped: true })).state).toBe('stopped');
    expect(placeOf(facts({ progress })).state).toBe('lost');
    // Stopped on a machine of its own, before any submission.
    expect(placeOf(facts({ progress, wasSubmitted: false })).state).toBe('stopped');
    const waits: ElementState = { job: 'j', element: 0, state: 'waiting' };
    expect(placeOf(facts({ progress, element: waits })).state).toBe('waiting');
  });
  it('is starting while its element works, though an earlier one was killed', () => {
    expect(placeOf(facts({ element: working })).state).toBe('starting');
  });
});

describe("Slurm's words", () => {
  const jobs = [{ name: 'wg-1', folder: '/s/cluster', parts: [{ id: '7', first: 100, count: 5 }] }];
  it('reads elements of its own jobs alone', () => {
    const lines =
      '7|0|PENDING|Resources||wg-1\n7|1|RUNNING|None|n1|wg-1\n8|0|RUNNING|None|n2|wg-1\n7|2|COMPLETED|None|n1|wg-1\n7|N/A|PENDING|||wg-1';
    expect(parseQueue(lines, jobs)).toEqual([
      { job: 'wg-1', element: 100, state: 'waiting', reason: 'Resources' },
      { job: 'wg-1', element: 101, state: 'working', node: 'n1' },
    ]);
  });
  it('does not take another job for its own that was given the same id', () => {
    expect(parseQueue("7|0|RUNNING|None|n1|somebody's", jobs)).toEqual([]);
  });
  it('takes an array that the controller has forgotten for one that left the queue', async () => {
    const stderr = 'slurm_load_jobs error: Invalid job id specified';
    const answer = await slurm(() => Promise.resolve({ status: 1, stdout: '', stderr })).ask(jobs);
    expect(answer).toEqual({ ok: true, elements: [] });
  });
  it('lets elements begin that a dead controller had begun to launch, when the sweep is submitted again', async () => {
    const called: string[] = [];
    const run: RunCommand = (program, args) => {
      called.push([program, ...args].join(' '));
      const stdout = '7|0|PENDING|launch failed requeued held||wg-1\n7|1|PENDING|JobHeldUser||wg-1';
      return Promise.resolve({ status: 0, stdout: program === 'squeue' ? stdout : '', stderr: '' });
    };
    await slurm(run).release!(jobs);
    // What somebody holds on purpose stays held.
    expect(called.filter((call) => call.startsWith('scontrol'))).toEqual(['scontrol release 7_0']);
  });
  it('leaves no part of an array behind where a later part is refused', async () => {
    const called: string[] = [];
    const run: RunCommand = (program, args) => {
      called.push([program, args.at(-1)].join(' '));
      if (program === 'scontrol')
        return Promise.resolve({ status: 0, stdout: 'MaxArraySize = 3\n', stderr: '' });
      const isFirst = program === 'sbatch' && args.at(-1) === '0';
      return Promise.resolve({
        status: isFirst ? 0 : 1,
        stdout: isFirst ? '41\n' : '',
        stderr: 'QOSMaxSubmit',
      });
    };
    const job: ArrayJob = {
      ...{ name: 'wg-2', folder: sweep, elements: 5, options: {}, command: ['true'], environment: {} },
      ...{ sweep, files: { grid: '', submission: '' } },
    };
    await expect(slurm(run).submit(job)).rejects.toThrow('QOSMaxSubmit');
    expect(called).toContain('scancel 41');
  });
  it('keeps words of a shell apart, whatever is in them', () => {
    expect(shellWord("it's; rm -rf $HOME")).toBe(`'it'\\''s; rm -rf $HOME'`);
    const setup = '/home/a b/set up.sh';
    const job = {
      name: 'x',
      folder: '/',
      elements: 1,
      command: ['node'],
      environment: {},
      options: { setup },
      ...{ sweep: '/', files: { grid: '', submission: '' } },
    };
    expect(slurmScript(job)).toContain(`. '/home/a b/set up.sh'`);
  });
  it('names the launchers where one is unknown', () => {
    expect(() => schedulerNamed('toString')).toThrow('slurm');
  });
});

describe('the pace of questions', () => {
  it('slows down while nothing changes, and begins anew when something does', () => {
    const pace = new PollPace();
    const waits = Array.from({ length: 10 }, () => pace.after({ answered: true, changed: false }));
    expect(waits.at(-1)).toBe(pollPace.most);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(pace.after({ answered: true, changed: true })).toBe(pollPace.first);
  });
  it('asks a silent controller rarely, after three questions', () => {
    const pace = new PollPace();
    const waits = [1, 2, 3].map(() => pace.after({ answered: false, changed: false }));
    expect(waits.at(-1)).toBe(pollPace.givenUp);
  });
});
