import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Reply } from '../../../extension/contract/calls.js';
import type { PanelEvents } from '../../../extension/contract/panel.js';
import { Inspection } from '../../../extension/host/inspector/inspection.js';
import { header, ok, place, warning, type ToyProcess } from './toyCompute.js';

/** A view that keeps what it is told. */
const viewer = () => {
  const seen: unknown[] = [];
  const view = {
    reset: () => void seen.push('reset'),
    addition: (addition: { readonly warnings?: readonly { readonly message: string }[] }) =>
      addition.warnings?.forEach(({ message }) => seen.push(message)),
    progress: () => undefined,
    status: (text: string) => {
      if (text !== '') seen.push(`status: ${text}`);
    },
    ended: (reply: Reply<void>) => void seen.push(reply.ok ? 'ended' : reply.error.code),
    turnTo: () => undefined,
    turnBy: () => undefined,
    training: () => undefined,
  } as unknown as PanelEvents;
  return { view, seen };
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => vi.useRealTimers());

describe('an inspection', () => {
  it('sends a second user everything so far, and both the rest', async () => {
    const { processes, surroundings } = place();
    const inspection = new Inspection('/m', surroundings);
    const first = viewer();
    inspection.attach(first.view);
    await settled();
    const [job] = processes[0]!.jobs;
    processes[0]!.tell('addition', job, { header, ...warning('early') });
    const second = viewer();
    const leaves = inspection.attach(second.view);
    processes[0]!.tell('addition', job, warning('late'));
    expect(second.seen).toEqual(['reset', 'early', 'late']);
    leaves.dispose();
    processes[0]!.tell('ended', job, ok);
    expect(first.seen).toEqual(['reset', 'early', 'late', 'ended']);
    expect(second.seen).toEqual(['reset', 'early', 'late']);
    expect(inspection.running).toBe(false);
  });

  it('rereads only the user’s metrics when their files have grown', async () => {
    const { processes, surroundings, filesWatched, grown } = place();
    const inspection = new Inspection('/m', surroundings);
    await settled();
    const process = processes[0]!;
    const curve = (values: number[]) => ({
      ...{ name: 'loss', path: '/m/metrics.csv', format: 'lightning-csv', points: values.length },
      ...{ steps: values.map((_, i) => i), values },
    });
    process.tell('addition', process.jobs[0], { header, curves: [curve([3])] });
    process.tell('ended', process.jobs[0], ok);
    expect(filesWatched).toEqual([['/m/metrics.csv']]);
    grown();
    // What grows during the reading is seen at the next look.
    grown();
    await settled();
    expect(process.requests.map(({ metricsAlone }) => metricsAlone)).toEqual([undefined, ['/m/metrics.csv']]);
    process.tell('addition', process.jobs[1], { curves: [curve([3, 2])] });
    process.tell('ended', process.jobs[1], ok);
    expect(inspection.report!.curves).toMatchObject([{ values: [3, 2] }]);
    expect(filesWatched).toHaveLength(1);
    grown();
    await settled();
    expect(process.requests).toHaveLength(3);
    inspection.dispose();
    grown();
    await settled();
    expect(process.requests).toHaveLength(3);
  });

  it('keeps its results when its child dies, reports it, and restarts in a new one', async () => {
    const { processes, surroundings } = place();
    const inspection = new Inspection('/m', surroundings);
    const { view, seen } = viewer();
    inspection.attach(view);
    await settled();
    processes[0]!.tell('addition', processes[0]!.jobs[0], warning('early'));
    processes[0]!.die();
    await settled();
    expect(seen).toEqual(['reset', 'early', 'process-died']);
    inspection.retry();
    await settled();
    expect(processes.map(({ jobs }) => jobs.length)).toEqual([1, 1]);
    expect(inspection.running).toBe(true);
  });

  it('is cancelled within two seconds even by an unresponsive child, and does not restart by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { processes, surroundings, changed } = place();
    const inspection = new Inspection('/m', surroundings);
    const { view, seen } = viewer();
    inspection.attach(view);
    await settled();
    inspection.cancel();
    expect(processes[0]!.cancelled).toEqual(processes[0]!.jobs);
    vi.advanceTimersByTime(2000);
    await settled();
    expect(processes[0]!.killed).toBe(true);
    expect(seen).toEqual(['reset', 'cancelled']);
    changed('changed');
    await settled();
    expect(inspection.running).toBe(false);
    expect(seen.at(-1)).toBe('status: changed');
  });

  it('continues in a new child when another job’s cancel has killed theirs', async () => {
    const { processes, compute, surroundings } = place();
    const inspection = new Inspection('/m', surroundings);
    await settled();
    const other = compute.start({ path: '/other', settings: surroundings.settingsFor() }, 'overview', {
      addition: vi.fn(),
      progress: vi.fn(),
      ended: vi.fn(),
    });
    await settled();
    other.cancel();
    processes[0]!.die(true);
    await settled();
    expect(processes[1]!.jobs).toEqual([processes[0]!.jobs[0]]);
    expect(inspection.running).toBe(true);
  });

  it('inspects a growing folder again only after a complete pass, and not while its run is watched', async () => {
    const { processes, surroundings, changed } = place();
    const inspection = new Inspection('/m', surroundings);
    const { view, seen } = viewer();
    inspection.attach(view);
    await settled();
    const [{ jobs }] = processes as [ToyProcess];
    changed('changed');
    await settled();
    expect(jobs.length).toBe(1);
    processes[0]!.tell('ended', jobs[0], ok);
    await settled();
    expect(jobs.length).toBe(2);
    inspection.focus('training');
    changed('changed');
    processes[0]!.tell('ended', jobs[1], ok);
    await settled();
    expect([jobs.length, seen.at(-1)]).toEqual([2, 'status: waits']);
    inspection.idle();
    await settled();
    expect(jobs.length).toBe(3);
  });

  it("waits for the user's confirmation if required", async () => {
    const { processes, surroundings } = place();
    const inspection = new Inspection('/m', surroundings, { code: 'too-large', message: 'Large.' });
    await settled();
    expect(processes).toEqual([]);
    inspection.retry();
    await settled();
    expect(processes[0]!.jobs.length).toBe(1);
  });
});
