import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../../../extension/contract/calls.js';
import type { RunRecord } from '../../../../extension/contract/training.js';
import { Training, type RunNews } from '../../../../extension/host/training/training.js';
import type { RegisteredRun, RunLabels } from '../../../../extension/host/training/runRegister.js';
import { runClaimPath } from '../../../../extension/queue/localRun.js';
import { requestOf, runFile, settled, ToyLauncher } from '../../queue/toyLauncher.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-window-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = { debug: () => undefined, info: () => undefined, error: () => undefined };

const windowWith = (records: Map<string, RunRecord> = new Map(), registered: RegisteredRun[] = []) => {
  const launcher = new ToyLauncher();
  const said: string[] = [];
  const removed: string[] = [];
  const labelled: [string, RunLabels][] = [];
  const training = new Training({
    launcher,
    readRun: (run): Promise<Reply<RunRecord | undefined>> =>
      Promise.resolve({ ok: true, value: records.get(run) }),
    register: {
      add: () => Promise.resolve(),
      label: (run, labels) => Promise.resolve(void labelled.push([run, labels])),
      remove: (run) => Promise.resolve(void removed.push(run)),
      runs: () => Promise.resolve(registered),
    },
    log: { ...log, warn: (message) => void said.push(message) },
    whenLeft: () => 'stop',
    isTrusted: () => true,
    isHere: () => true,
    providerLine: ({ name }) => name,
    lookEveryMs: 5,
  });
  const news: RunNews[] = [];
  training.onNews((one) => news.push(one));
  return { training, launcher, news, said, removed, labelled };
};

const record = (run: string, more: Partial<RunRecord> = {}): RunRecord => ({
  ...{ folder: run, file: runFile('running', 300), metrics: [] },
  ...more,
});

describe('the training of a window', () => {
  it('keeps runs in a queue, and tells when one begins, groks and ends', async () => {
    const { training, launcher, news } = windowWith();
    training.start(requestOf('/runs/a'));
    training.start(requestOf('/runs/b'));
    expect(training.runs.map(({ folder: run, phase }) => [run, phase])).toEqual([
      ['/runs/a', 'starting'],
      ['/runs/b', 'queued'],
    ]);
    const [{ events, end }] = launcher.started as [(typeof launcher.started)[number]];
    events.started!(runFile('running', 0));
    events.grokked!(8);
    end({ ok: true, value: runFile('finished') });
    await settled();
    expect(news.map(({ kind }) => kind)).toEqual(['started', 'grokked', 'finished']);
    expect(launcher.folders).toEqual(['/runs/a', '/runs/b']);
  });

  it('calls a run failed whose process dies, and resumes it from its last checkpoint', async () => {
    const run = '/runs/a';
    const records = new Map<string, RunRecord>();
    const { training, launcher, news } = windowWith(records);
    training.start(requestOf(run));
    launcher.started[0]!.events.started!(runFile('running', 0));
    launcher.started[0]!.end({ ok: false, error: { code: 'process-died', message: 'It died.' } });
    await settled();
    expect(training.stateOf(run)).toMatchObject({ phase: 'failed', actions: ['resume'] });
    expect(news.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'process-died' } });
    records.set(run, record(run));
    training.steer(run, 'resume');
    await settled();
    expect(launcher.started[1]!.request).toMatchObject({ out: run, resume: true });
  });

  it('asks a run to pause and stop, and takes back one that waits', () => {
    const { training, launcher } = windowWith();
    training.start(requestOf('/runs/a'));
    training.start(requestOf('/runs/b'));
    launcher.started[0]!.events.status!('running', 1);
    training.steer('/runs/a', 'pause');
    training.steer('/runs/a', 'stop');
    expect(launcher.started[0]!.asked).toEqual(['pause', 'stop']);
    expect(training.stateOf('/runs/a')?.phase).toBe('stopping');
    training.steer('/runs/b', 'stop');
    expect(training.run('/runs/b')).toBeUndefined();
  });

  it('does not start a run that another window has taken up since it was looked at', async () => {
    const run = '/runs/a';
    const records = new Map([[run, record(run)]]);
    const { training, launcher } = windowWith(records, [{ folder: run }]);
    await training.find();
    expect(training.stateOf(run)?.actions).toEqual(['resume']);
    records.set(run, record(run, { trainedBy: process.pid }));
    training.steer(run, 'resume');
    await settled();
    expect(launcher.started).toEqual([]);
    expect(training.stateOf(run)).toMatchObject({ phase: 'running', alone: true, actions: ['stop'] });
    training.dispose();
  });

  it('shows a run that another host trains, offers nothing, and follows it to its end', async () => {
    const run = path.join(folder, 'far');
    const records = new Map([[run, record(run, { trainedOn: 'node-7' })]]);
    const { training, news, said, removed } = windowWith(records, [{ folder: run }]);
    await training.find();
    expect(training.stateOf(run)).toMatchObject({ phase: 'running', trainedOn: 'node-7', actions: [] });
    training.steer(run, 'stop');
    expect(said).toEqual([]);
    const ended = new Promise<void>((resolve) => training.onNews(() => resolve()));
    records.set(run, record(run, { file: runFile('finished', 400) }));
    await ended;
    expect(news.map(({ kind }) => kind)).toEqual(['finished']);
    // It stays in the list until it is taken off.
    expect(removed).toEqual([]);
    training.dispose();
  });

  it('does not signal a process of another host that has the same number', async () => {
    const run = path.join(folder, 'far');
    mkdirSync(path.dirname(runClaimPath(run)), { recursive: true });
    const holder = { host: 'node-7', boot: 'x', pid: process.pid, start: 'y', token: 't' };
    writeFileSync(runClaimPath(run), JSON.stringify(holder));
    // As this window last saw it, a process of this machine trained it.
    const records = new Map([[run, record(run, { trainedBy: process.pid })]]);
    const { training } = windowWith(records, [{ folder: run }]);
    await training.find();
    let signalled = false;
    const noted = (): void => void (signalled = true);
    process.once('SIGTERM', noted);
    training.steer(run, 'stop');
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('SIGTERM', noted);
    expect(signalled).toBe(false);
    training.dispose();
  });

  it('lists runs that have finished after those that can go on, with what was written about them', async () => {
    const records = new Map([
      ['/runs/done', record('/runs/done', { file: runFile('finished', 400) })],
      ['/runs/half', record('/runs/half', { file: runFile('stopped', 300) })],
    ]);
    const registered = [
      { folder: '/runs/done', tags: ['baseline'], note: 'first' },
      { folder: '/runs/half' },
    ];
    const { training, removed, labelled } = windowWith(records, registered);
    await training.find();
    expect(training.runs.map(({ folder: run, labels }) => [run, labels])).toEqual([
      ['/runs/half', {}],
      ['/runs/done', { tags: ['baseline'], note: 'first' }],
    ]);
    expect(removed).toEqual([]);
    training.label('/runs/half', { tags: ['again'] });
    expect(labelled).toEqual([['/runs/half', { tags: ['again'] }]]);
    training.forget('/runs/done');
    expect(training.runs).toHaveLength(1);
    expect(removed).toEqual(['/runs/done']);
  });

  it('lets go of its runs when it closes', () => {
    const { training, launcher } = windowWith();
    training.start(requestOf('/runs/a'));
    training.dispose();
    expect(launcher.started[0]!.asked).toEqual(['leave']);
  });
});
